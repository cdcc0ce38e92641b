def grad_maxpool(x, grad_out):
    """Gradients of maxpool by x."""
    N, H, W = x.shape
    out = np.zeros((N, H // 2, W // 2))
    for i in range(H // 2):
        for j in range(W // 2):
            out[:, i, j] = x[:, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2].max(axis=(1, 2))

    grad_x = np.zeros_like(x)  # (N, H, W)
    for i in reversed(range(H // 2)):
        for j in reversed(range(W // 2)):
            # out[:, i, j] = x[:, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2].max(axis=(1, 2))
            x_part = x[:, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
            equal = x_part == out[:, i, j][:, None, None]
            total = equal.sum(axis=(1, 2), keepdims=True)
            grad_x_part = grad_out[:, i, j][:, None, None] / total * equal
            grad_x[:, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2] += grad_x_part
    return grad_x
