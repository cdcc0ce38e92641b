def grad_newton_roots(x, grad_roots):
    """Gradients of newton_roots by x."""
    saved_passes = []  # kept for the backward pass
    for i in range(len(x)):
        r = x[i]
        passes = []
        while True:
            r_new = 0.5 * (r + x[i] / r)
            if abs(r_new - r) < 0.001:
                break
            r_prev = r
            r = r_new
            passes.append(r_prev)
        saved_passes.append(passes)

    grad_x = np.zeros_like(x)
    for i in reversed(range(len(x))):
        passes = saved_passes.pop()
        # roots[i] = r
        grad_r = grad_roots[i]
        while passes:
            r_prev = passes.pop()
            # r_new = 0.5 * (r + x[i] / r)
            grad_x[i] += 0.5 * grad_r / r_prev
            grad_r = 0.5 * grad_r - 0.5 * grad_r * x[i] / r_prev**2
        # r = x[i]
        grad_x[i] += grad_r
    return grad_x
