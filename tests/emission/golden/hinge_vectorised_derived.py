def grad_svm_loss(W, X, y, reg=0.1):
    """Gradients of svm_loss by W and X."""
    N = X.shape[0]
    scores = X.dot(W)
    correct = scores[np.arange(N), y].reshape(N, 1)
    margins = np.maximum(0, scores - correct + 1)
    margins_prev = margins.copy()
    margins[np.arange(N), y] = 0

    # loss = np.sum(margins) / N + reg * np.sum(W * W)
    grad_margins = np.full(margins.shape, 1 / N)
    grad_W = 2 * reg * W
    # margins[np.arange(N), y] = 0
    grad_margins[np.arange(N), y] = 0
    # margins = np.maximum(0, scores - correct + 1)
    grad_scores = grad_margins * (margins_prev > 0)
    grad_correct = -grad_scores.sum(axis=1, keepdims=True)  # (N, 1)
    # correct = scores[np.arange(N), y].reshape(N, 1)
    grad_scores[np.arange(N), y] += grad_correct.reshape(N)
    # scores = X.dot(W)
    grad_X = grad_scores @ W.T
    grad_W += X.T @ grad_scores
    return grad_W, grad_X
