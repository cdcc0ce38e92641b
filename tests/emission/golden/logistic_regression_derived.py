def grad_logistic_loss(w, b, X, y, lam=0.1):
    """Gradients of logistic_loss by w, b and X."""
    z = X @ w + b
    p = 1 / (1 + np.exp(-z))

    # return loss + 0.5 * lam * np.sum(w**2)
    grad_w = lam * w
    # loss = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
    grad_z = (p - y) / len(p)
    # z = X @ w + b
    grad_X = np.outer(grad_z, w)
    grad_w += grad_z @ X
    grad_b = grad_z.sum()
    return grad_w, grad_b, grad_X
