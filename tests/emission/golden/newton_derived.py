def grad_newton(a):
    """Gradients of newton by a."""
    steps = []  # kept for the backward pass
    x = a
    for i in range(50):
        r = x * x - a
        if abs(r) < 1e-12:
            break
        x_prev = x
        x = x - r / (2 * x)
        steps.append((x_prev, r))

    grad_x = 1.0
    grad_a = 0.0
    while steps:
        x_prev, r = steps.pop()
        # x = x - r / (2 * x)
        grad_r = -0.5 * grad_x / x_prev
        grad_x = grad_x + 0.5 * r * grad_x / x_prev**2
        # r = x * x - a
        grad_x += 2 * x_prev * grad_r
        grad_a -= grad_r
    # x = a
    grad_a += grad_x
    return grad_a
