def grad_huber(r, delta=1.0):
    """Gradients of huber by r."""
    if abs(r) <= delta:
        # return 0.5 * r**2
        grad_r = r
    else:
        # return delta * (abs(r) - 0.5 * delta)
        grad_r = delta * (1 if r > 0 else -1 if r < 0 else 0)
    return grad_r
