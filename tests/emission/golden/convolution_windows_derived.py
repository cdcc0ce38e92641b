def grad_conv_windows(x, w, b, grad_out):
    """Gradients of conv_windows by x, w and b."""
    saved_window = []  # kept for the backward pass
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    for i in range(H - HH + 1):
        for j in range(W - WW + 1):
            window = x[:, :, i : i + HH, j : j + WW].reshape(N, -1)
            saved_window.append(window)

    grad_w = np.zeros_like(w)  # (F, C, HH, WW)
    grad_b = np.zeros_like(b)  # (F,)
    grad_x = np.zeros_like(x)  # (N, C, H, W)
    for i in reversed(range(H - HH + 1)):
        for j in reversed(range(W - WW + 1)):
            window = saved_window.pop()
            # out[:, :, i, j] = window @ w.reshape(F, -1).T + b
            grad_window = grad_out[:, :, i, j] @ w.reshape(F, window.shape[1])
            grad_w += (grad_out[:, :, i, j].T @ window).reshape(w.shape)
            grad_b += np.sum(grad_out[:, :, i, j], axis=0)
            # window = x[:, :, i : i + HH, j : j + WW].reshape(N, -1)
            grad_x[:, :, i : i + HH, j : j + WW] += grad_window.reshape(N, C, HH, WW)
    return grad_x, grad_w, grad_b
