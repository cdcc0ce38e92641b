def grad_two_layer(X, y, W1, b1, W2, b2):
    """Gradients of two_layer by X, W1, b1, W2 and b2."""
    N = X.shape[0]
    h = np.maximum(0, X @ W1 + b1)
    scores = h @ W2 + b2
    shifted = scores - scores.max(axis=1, keepdims=True)
    exps = np.exp(shifted)
    probs = exps / exps.sum(axis=1, keepdims=True)

    # loss = -np.log(probs[np.arange(N), y]).sum() / N
    grad_probs = np.zeros_like(probs)
    grad_probs[np.arange(N), y] = -1 / N / probs[np.arange(N), y]
    # probs = exps / exps.sum(axis=1, keepdims=True)
    total = exps.sum(axis=1, keepdims=True)
    total2 = np.sum(grad_probs * probs / total, axis=1, keepdims=True)
    grad_exps = grad_probs / total - total2
    # exps = np.exp(shifted)
    grad_shifted = grad_exps * exps
    # shifted = scores - scores.max(axis=1, keepdims=True)
    total3 = grad_shifted.sum(axis=1, keepdims=True)
    equal = scores == np.max(scores, axis=1, keepdims=True)
    product = total3 * equal / equal.sum(axis=1, keepdims=True)
    grad_scores = grad_shifted - product
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
