def grad_heat(u, k, steps=3):
    """Gradients of heat by u and k."""
    saved_lap = []  # kept for the backward pass
    for n in range(steps):
        lap = u[:-2] - 2 * u[1:-1] + u[2:]
        u = u.copy()
        u[1:-1] += k * lap
        saved_lap.append(lap)

    # return 0.5 * np.sum(u**2)
    grad_u = u.copy()
    grad_k = 0.0
    for n in reversed(range(steps)):
        lap = saved_lap.pop()
        # u[1:-1] += k * lap
        grad_k += np.sum(grad_u[1:-1] * lap)
        grad_lap = grad_u[1:-1] * k
        # lap = u[:-2] - 2 * u[1:-1] + u[2:]
        grad_u[:-2] += grad_lap
        grad_u[1:-1] -= 2 * grad_lap
        grad_u[2:] += grad_lap
    return grad_u, grad_k
