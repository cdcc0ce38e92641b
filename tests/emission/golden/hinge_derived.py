def grad_hinge(w, X, y, reg=0.1):
    """Gradients of hinge by w and X."""
    saved_margin = []  # kept for the backward pass
    for i in range(X.shape[0]):
        margin = 1 - y[i] * X[i].dot(w)
        saved_margin.append(margin)

    # loss += reg * np.sum(w * w)
    grad_w = 2 * reg * w
    # loss /= X.shape[0]
    grad_loss = 1 / X.shape[0]
    grad_X = np.zeros_like(X)
    for i in reversed(range(X.shape[0])):
        margin = saved_margin.pop()
        if margin > 0:
            # margin = 1 - y[i] * X[i].dot(w)
            grad_X[i] = -grad_loss * y[i] * w
            grad_w -= grad_loss * y[i] * X[i]
    return grad_w, grad_X
