def grad_collatz_like(x, eps):
    """Gradients of collatz_like by x and eps."""
    saved_x_prev = []  # kept for the backward pass
    while x > 1.0:
        x_prev = x
        saved_x_prev.append(x_prev)
        if x > 2.0:
            x = x / 2 + eps
            continue
        x = x * x * 0.4

    grad_x = 0.0
    grad_eps = 0.0
    while saved_x_prev:
        x_prev = saved_x_prev.pop()
        if x_prev > 2.0:
            # x = x / 2 + eps
            grad_eps += grad_x
            grad_x = 0.5 * grad_x
        else:
            # total += x
            grad_x += 1
            # x = x * x * 0.4
            grad_x = 0.8 * x_prev * grad_x
    return grad_x, grad_eps
