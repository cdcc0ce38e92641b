def grad_leapfrog(q, p, k, dt=0.1, steps=4):
    """Gradients of leapfrog by q, p and k."""
    saved_q = []  # kept for the backward pass
    p = p - 0.5 * dt * k * q
    q_prev = q
    for step in range(steps):
        q = q + dt * p
        p = p - dt * k * q
        saved_q.append(q)
    p = p + 0.5 * dt * k * q

    # return 0.5 * np.sum(p * p) + 0.5 * k * np.sum(q * q)
    grad_p = p
    grad_k = 0.5 * np.sum(q**2)
    grad_q = k * q
    # p = p + 0.5 * dt * k * q
    grad_k += 0.5 * np.sum(grad_p * q) * dt
    grad_q += 0.5 * grad_p * dt * k
    for step in reversed(range(steps)):
        q = saved_q.pop()
        # p = p - dt * k * q
        grad_k -= np.sum(grad_p * q) * dt
        grad_q -= grad_p * dt * k
        # q = q + dt * p
        grad_p = grad_p + grad_q * dt
    # p = p - 0.5 * dt * k * q
    grad_k -= 0.5 * np.sum(grad_p * q_prev) * dt
    grad_q -= 0.5 * grad_p * dt * k
    return grad_q, grad_p, grad_k
