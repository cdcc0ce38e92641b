def grad_euler(x, k, dt):
    """Gradients of euler by x, k and dt."""
    steps = []  # kept for the backward pass
    v = 0.0
    for step in range(10):
        a = -k * x
        v = v + dt * a
        x_prev = x
        x = x + dt * v
        steps.append((x_prev, a, v))

    # return x**2 + v**2
    grad_x = 2 * x
    grad_v = 2 * v
    grad_dt = 0.0
    grad_k = 0.0
    for step in reversed(range(10)):
        x_prev, a, v = steps.pop()
        # x = x + dt * v
        grad_dt += v * grad_x
        grad_v += dt * grad_x
        # v = v + dt * a
        grad_dt += a * grad_v
        grad_a = dt * grad_v
        # a = -k * x
        grad_k -= x_prev * grad_a
        grad_x -= k * grad_a
    return grad_x, grad_k, grad_dt
