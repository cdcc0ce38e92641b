def grad_two_layer(X, y, W1, b1, W2, b2):
    """Gradients of two_layer by X, W1, b1, W2 and b2."""
    N = X.shape[0]
    h = np.maximum(0, X @ W1 + b1)
    scores = h @ W2 + b2
    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    probs = exps / exps.sum(axis=1, keepdims=True)

    # loss = -np.log(probs[np.arange(N), y]).sum() / N
    grad_scores = probs.copy()
    grad_scores[np.arange(N), y] -= 1
    grad_scores /= N
    # scores = h @ W2 + b2
    grad_h = grad_scores @ W2.T
    grad_W2 = h.T @ grad_scores
    grad_b2 = grad_scores.sum(axis=0)
    # h = np.maximum(0, X @ W1 + b1)
    grad_sum = grad_h * (h > 0)
    grad_X = grad_sum @ W1.T
    grad_W1 = X.T @ grad_sum
    grad_b1 = grad_sum.sum(axis=0)
    return grad_X, grad_W1, grad_b1, grad_W2, grad_b2
