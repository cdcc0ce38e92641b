def g_forward(u, w):
    saved_t_prev = []  # kept for the backward pass
    t = u * w
    for k in range(3):
        t_prev = t
        t = t * u + np.sin(t * w)
        saved_t_prev.append(t_prev)
    return t, (u, w, saved_t_prev)  # kept for the backward pass


def g_backward(grad_t, cache):
    """Gradients of g by u and w."""
    u, w, saved_t_prev = cache
    grad_u = 0.0
    grad_w = 0.0
    for k in reversed(range(3)):
        t_prev = saved_t_prev.pop()
        # t = t * u + np.sin(t * w)
        grad_product = grad_t * np.cos(t_prev * w)
        grad_u += grad_t * t_prev
        grad_w += grad_product * t_prev
        grad_t = grad_product * w + grad_t * u
    # t = u * w
    grad_u += grad_t * w
    grad_w += grad_t * u
    return grad_u, grad_w


def grad_nested(x, w):
    """Gradients of nested by x and w."""
    a = np.sin(x * w)
    b, g_cache = g_forward(a, w)

    # b = g(a, w)
    grad_u_part, grad_w = g_backward(1.0, g_cache)
    grad_a = 1.0 + grad_u_part
    # a = np.sin(x * w)
    grad_product = grad_a * np.cos(x * w)
    grad_x = grad_product * w
    grad_w += grad_product * x
    return grad_x, grad_w
