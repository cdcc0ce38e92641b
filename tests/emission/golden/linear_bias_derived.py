def grad_linear(x, W, grad_y, b=None):
    """Gradients of linear by x, W and b."""
    grad_b = None
    if b is not None:
        # y = y + b
        grad_b = grad_y.sum(axis=0)
    # y = x @ W
    grad_x = grad_y @ W.T
    grad_W = x.T @ grad_y
    return grad_x, grad_W, grad_b
