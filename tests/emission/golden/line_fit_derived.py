def grad_poly(xs, ys, a, b):
    """Gradients of poly by xs, ys, a and b."""
    # return total / len(xs)
    grad_total = 1 / len(xs)
    grad_a = 0.0
    grad_b = 0.0
    grad_ys = [0.0] * len(ys)
    grad_xs = [0.0] * len(xs)
    for k in reversed(range(len(xs))):
        x = xs[k]
        y = ys[k]
        e = a * x + b - y  # computed again, not kept
        # total += e * e
        grad_e = 2 * e * grad_total
        # e = a * x + b - y
        grad_a += x * grad_e
        grad_xs[k] = a * grad_e
        grad_b += grad_e
        grad_ys[k] = -grad_e
    return grad_xs, grad_ys, grad_a, grad_b
