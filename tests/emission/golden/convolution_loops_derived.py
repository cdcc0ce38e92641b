def grad_conv(x, w, b, grad_out):
    """Gradients of conv by x, w and b."""
    N, C, H, W = x.shape
    F, C, HH, WW = w.shape

    grad_x = np.zeros_like(x)
    grad_w = np.zeros_like(w)
    grad_b = np.zeros_like(b)
    for n in reversed(range(N)):
        for f in reversed(range(F)):
            for i in reversed(range(H - HH + 1)):
                for j in reversed(range(W - WW + 1)):
                    # out[n, f, i, j] = np.sum(x[n, :, i:i + HH, j:j + WW] * w[f]) + b[f]
                    grad_x[n, :, i : i + HH, j : j + WW] += grad_out[n, f, i, j] * w[f]
                    grad_w[f] += grad_out[n, f, i, j] * x[n, :, i : i + HH, j : j + WW]
                    grad_b[f] += grad_out[n, f, i, j]
    return grad_x, grad_w, grad_b
