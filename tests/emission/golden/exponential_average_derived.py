def grad_smooth(x, alpha, grad_out):
    """Gradients of smooth by x and alpha."""
    saved_level_prev = []  # kept for the backward pass
    level = x[0]
    for t in range(len(x)):
        level_prev = level
        level = alpha * x[t] + (1 - alpha) * level
        saved_level_prev.append(level_prev)

    grad_alpha = 0.0
    grad_x = np.zeros_like(x)
    grad_level = 0.0
    for t in reversed(range(len(x))):
        level_prev = saved_level_prev.pop()
        # out[t] = level
        grad_level += grad_out[t]
        # level = alpha * x[t] + (1 - alpha) * level
        grad_alpha += grad_level * (x[t] - level_prev)
        grad_x[t] += grad_level * alpha
        grad_level = grad_level * (1 - alpha)
    # level = x[0]
    grad_x[0] += grad_level
    return grad_x, grad_alpha
