def grad_horner(coef, x):
    """Gradients of horner by coef and x."""
    saved_y_prev = []  # kept for the backward pass
    y = 0.0
    for c in reversed(coef):
        y_prev = y
        y = y * x + c
        saved_y_prev.append(y_prev)

    grad_y = 1.0
    grad_x = 0.0
    grad_coef = [0.0] * len(coef)
    for k in reversed(range(len(coef))):
        y_prev = saved_y_prev.pop()
        # y = y * x + c
        grad_x += y_prev * grad_y
        grad_coef[-1 - k] = grad_y
        grad_y = x * grad_y
    return grad_coef, grad_x
