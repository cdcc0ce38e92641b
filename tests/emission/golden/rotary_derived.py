def grad_rope(x, grad_out):
    """Gradients of rope by x."""
    x1, x2 = np.hsplit(x, 2)
    angle = np.arange(x1.shape[1]) * 0.1

    # return np.concatenate([x1 * np.cos(angle) - x2 * np.sin(angle), x1 * np.sin(angle) + x2 * np.cos(angle)], axis=1)
    cos = np.cos(angle)
    sin = np.sin(angle)
    part = grad_out[:, x1.shape[1] :] * cos
    part2 = grad_out[:, x1.shape[1] :] * sin
    grad_x1 = part2 + grad_out[:, : x1.shape[1]] * cos
    grad_x2 = part - grad_out[:, : x1.shape[1]] * sin
    # x1, x2 = np.hsplit(x, 2)
    grad_x = np.concatenate([grad_x1, grad_x2], axis=1)
    return grad_x
