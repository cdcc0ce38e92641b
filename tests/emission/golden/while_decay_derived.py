def grad_while_loop(x, a):
    """Gradients of while_loop by x and a."""
    count = 0
    while abs(x) > 0.5:
        x = x * 0.7 + 0.01 * a
        count += 1

    # return x * a
    grad_x = a
    grad_a = x
    for _ in range(count):
        # x = x * 0.7 + 0.01 * a
        grad_a += 0.01 * grad_x
        grad_x = 0.7 * grad_x
    return grad_x, grad_a
