def grad_fraction(a, x, terms=20, eps=0.001):
    """Gradients of fraction by a and x."""
    steps = []  # kept for the backward pass
    h = 1.0
    for m in range(1, terms):
        d = a * x / m
        h_prev = h
        h = h + d * h / (m + 1)
        steps.append((h_prev, m))
        if abs(d) < eps:
            break

    grad_h = 1.0
    grad_a = 0.0
    grad_x = 0.0
    while steps:
        h_prev, m = steps.pop()
        d = a * x / m  # computed again, not kept
        # h = h + d * h / (m + 1)
        grad_h_scaled = grad_h / (m + 1)
        grad_d = h_prev * grad_h_scaled
        grad_h = grad_h + d * grad_h_scaled
        # d = a * x / m
        grad_a += x * grad_d / m
        grad_x += a * grad_d / m
    return grad_a, grad_x
