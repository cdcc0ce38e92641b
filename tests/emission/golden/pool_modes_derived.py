def grad_pool(x, grad_out, k=2, mode="max"):
    """Gradients of pool by x."""
    N, C, H, W = x.shape
    out = np.zeros((N, C, H // k, W // k))
    for i in range(H // k):
        for j in range(W // k):
            window = x[:, :, i * k : (i + 1) * k, j * k : (j + 1) * k]
            if mode == "max":
                out[:, :, i, j] = window.max(axis=(2, 3))
            else:
                out[:, :, i, j] = window.mean(axis=(2, 3))

    grad_x = np.zeros_like(x)  # (N, C, H, W)
    for i in reversed(range(H // k)):
        for j in reversed(range(W // k)):
            window = x[:, :, i * k : (i + 1) * k, j * k : (j + 1) * k]
            if mode == "max":
                # out[:, :, i, j] = window.max(axis=(2, 3))
                equal = window == out[:, :, i, j][:, :, None, None]
                total = equal.sum(axis=(2, 3), keepdims=True)
                grad_window = grad_out[:, :, i, j][:, :, None, None] / total * equal
            else:
                # out[:, :, i, j] = window.mean(axis=(2, 3))
                grad_window = np.broadcast_to(
                    grad_out[:, :, i, j][:, :, None, None] / (k * k), window.shape
                )
            # window = x[:, :, i * k : (i + 1) * k, j * k : (j + 1) * k]
            grad_x[:, :, i * k : (i + 1) * k, j * k : (j + 1) * k] += grad_window
    return grad_x
