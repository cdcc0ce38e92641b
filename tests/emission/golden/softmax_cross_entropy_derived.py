def grad_softmax_loss(scores, y):
    """Gradients of softmax_loss by scores."""
    N = scores.shape[0]
    shifted = scores - np.max(scores, axis=1, keepdims=True)
    exps = np.exp(shifted)
    probs = exps / np.sum(exps, axis=1, keepdims=True)

    # loss = -np.sum(np.log(probs[np.arange(N), y])) / N
    grad_scores = probs.copy()
    grad_scores[np.arange(N), y] -= 1
    return grad_scores / N
