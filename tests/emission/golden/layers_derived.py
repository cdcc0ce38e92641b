def layer_forward(x, W, b):
    z = x @ W + b
    h = np.maximum(z, 0)
    return h, (x, W, h)  # kept for the backward pass


def layer_backward(grad_h, cache):
    """Gradients of layer by x, W and b."""
    x, W, h = cache
    # h = np.maximum(z, 0)
    grad_z = grad_h * (h > 0)
    # z = x @ W + b
    grad_x = grad_z @ W.T
    grad_W = x.T @ grad_z
    grad_b = grad_z.sum(axis=0)
    return grad_x, grad_W, grad_b


def grad_net(x, W1, b1, W2, b2):
    """Gradients of net by x, W1, b1, W2 and b2."""
    h, layer_cache = layer_forward(x, W1, b1)
    h, layer_cache2 = layer_forward(h, W2, b2)

    # return 0.5 * np.sum(h**2)
    grad_h = h
    # h = layer(h, W2, b2)
    grad_h, grad_W2, grad_b2 = layer_backward(grad_h, layer_cache2)
    # h = layer(x, W1, b1)
    grad_x, grad_W1, grad_b1 = layer_backward(grad_h, layer_cache)
    return grad_x, grad_W1, grad_b1, grad_W2, grad_b2
