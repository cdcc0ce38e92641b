def f_forward(y, a):
    cache = (y, a)  # kept for the backward pass
    return np.array([y[1], -np.sin(y[0]) - a * y[1]]), cache


def f_backward(grad_out, cache):
    """Gradients of f by y and a."""
    y, a = cache
    # return np.array([y[1], -np.sin(y[0]) - a * y[1]])
    grad_y = np.array([-grad_out[1] * np.cos(y[0]), grad_out[0] - grad_out[1] * a])
    grad_a = -grad_out[1] * y[1]
    return grad_y, grad_a


def grad_runge_kutta(y, a, h=0.1, steps=5):
    """Gradients of runge_kutta by y and a."""
    saved = []  # kept for the backward pass
    for n in range(steps):
        k1, f_cache = f_forward(y, a)
        argument = y + 0.5 * h * k1
        k2, f_cache2 = f_forward(argument, a)
        argument2 = y + 0.5 * h * k2
        k3, f_cache3 = f_forward(argument2, a)
        argument3 = y + h * k3
        k4, f_cache4 = f_forward(argument3, a)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        saved.append((f_cache, f_cache2, f_cache3, f_cache4))

    # return np.sum(y**2)
    grad_y = 2 * y
    grad_a = 0.0
    for n in reversed(range(steps)):
        f_cache, f_cache2, f_cache3, f_cache4 = saved.pop()
        # y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        grad_k1 = grad_y * h / 6
        grad_k2 = 2 * grad_k1
        grad_k3 = 2 * grad_k1
        # k4 = f(argument3, a)
        grad_argument3, grad_a_part4 = f_backward(grad_k1, f_cache4)
        grad_a += grad_a_part4
        # argument3 = y + h * k3
        grad_y += grad_argument3
        grad_k3 += grad_argument3 * h
        # k3 = f(argument2, a)
        grad_argument2, grad_a_part = f_backward(grad_k3, f_cache3)
        grad_a += grad_a_part
        # argument2 = y + 0.5 * h * k2
        grad_y += grad_argument2
        grad_k2 += 0.5 * grad_argument2 * h
        # k2 = f(argument, a)
        grad_argument, grad_a_part2 = f_backward(grad_k2, f_cache2)
        grad_a += grad_a_part2
        # argument = y + 0.5 * h * k1
        grad_y += grad_argument
        grad_k1 += 0.5 * grad_argument * h
        # k1 = f(y, a)
        grad_y_part, grad_a_part3 = f_backward(grad_k1, f_cache)
        grad_y += grad_y_part
        grad_a += grad_a_part3
    return grad_y, grad_a
