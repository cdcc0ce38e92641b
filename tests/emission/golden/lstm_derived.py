def grad_lstm(x, h0, c0, Wx, Wh, b, grad_hs):
    """Gradients of lstm by x, h0, c0, Wx, Wh and b."""
    steps = []  # kept for the backward pass
    N, T, D = x.shape
    H = h0.shape[1]
    h, c = h0, c0
    for t in range(T):
        a = x[:, t] @ Wx + h @ Wh + b
        i = 1 / (1 + np.exp(-a[:, :H]))
        f = 1 / (1 + np.exp(-a[:, H : 2 * H]))
        o = 1 / (1 + np.exp(-a[:, 2 * H : 3 * H]))
        g = np.tanh(a[:, 3 * H :])
        c_prev = c
        c = f * c + i * g
        h_prev = h
        h = o * np.tanh(c)
        steps.append((c_prev, h_prev, c, f, g, i, o))

    grad_c = np.zeros_like(c)  # (N, H)
    grad_x = np.zeros_like(x)  # (N, T, D)
    grad_Wx = np.zeros_like(Wx)  # (D, 4 * H)
    grad_h = np.zeros_like(h)  # (N, H)
    grad_Wh = np.zeros_like(Wh)  # (H, 4 * H)
    grad_b = np.zeros_like(b)  # (4 * H,)
    for t in reversed(range(T)):
        c_prev, h_prev, c, f, g, i, o = steps.pop()
        # hs[:, t] = h
        grad_h += grad_hs[:, t]
        # h = o * np.tanh(c)
        tanh = np.tanh(c)
        grad_o = grad_h * tanh  # (N, H)
        grad_c += grad_h * o * (1 - tanh**2)
        # c = f * c + i * g
        grad_f = grad_c * c_prev  # (N, H)
        grad_i = grad_c * g  # (N, H)
        grad_g = grad_c * i  # (N, H)
        grad_c = grad_c * f
        # g = np.tanh(a[:, 3 * H :])
        grad_a = np.zeros_like(a)  # (N, 4 * H)
        grad_a[:, 3 * H :] = grad_g * (1 - g**2)
        # o = 1 / (1 + np.exp(-a[:, 2 * H : 3 * H]))
        grad_a[:, 2 * H : 3 * H] += grad_o * (1 - o) * o
        # f = 1 / (1 + np.exp(-a[:, H : 2 * H]))
        grad_a[:, H : 2 * H] += grad_f * (1 - f) * f
        # i = 1 / (1 + np.exp(-a[:, :H]))
        grad_a[:, :H] += grad_i * (1 - i) * i
        # a = x[:, t] @ Wx + h @ Wh + b
        grad_x[:, t] = grad_a @ Wx.T
        grad_Wx += x[:, t].T @ grad_a
        grad_h = grad_a @ Wh.T
        grad_Wh += h_prev.T @ grad_a
        grad_b += grad_a.sum(axis=0)
    return grad_x, grad_h, grad_c, grad_Wx, grad_Wh, grad_b
