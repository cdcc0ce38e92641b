def grad_two_heads(x, W, b, grad_a, grad_s):
    """Gradients of two_heads by x, W and b."""
    z = x @ W + b
    a = np.tanh(z)

    # s = a.sum(axis=1)
    grad_a = grad_a + grad_s[:, None]
    # a = np.tanh(z)
    grad_z = grad_a * (1 - a**2)
    # z = x @ W + b
    grad_x = grad_z @ W.T
    grad_W = x.T @ grad_z
    grad_b = grad_z.sum(axis=0)
    return grad_x, grad_W, grad_b
