def grad_lstm_split(x, h0, Wx, Wh, b, grad_out):
    """Gradients of lstm_split by x, h0, Wx, Wh and b."""
    steps = []  # kept for the backward pass
    N, T, D = x.shape
    h = h0
    c = np.zeros_like(h0)
    for t in range(T):
        a = x[:, t] @ Wx + h @ Wh + b
        i, f, o, g = np.split(a, 4, axis=1)
        i, f, o = sigmoid(i), sigmoid(f), sigmoid(o)
        g = np.tanh(g)
        c_prev = c
        c = f * c + i * g
        h_prev = h
        h = o * np.tanh(c)
        steps.append((c_prev, h_prev, c, f, g, i, o))

    # return np.stack(hs, axis=1)
    grad_hs = list(np.moveaxis(grad_out, 1, 0))
    grad_c = np.zeros_like(c)
    grad_x = np.zeros_like(x)  # (N, T, D)
    grad_Wx = np.zeros_like(Wx)
    grad_h = np.zeros_like(h)
    grad_Wh = np.zeros_like(Wh)
    grad_b = np.zeros_like(b)
    for t in reversed(range(T)):
        c_prev, h_prev, c, f, g, i, o = steps.pop()
        # hs.append(h)
        grad_h += grad_hs.pop()
        # h = o * np.tanh(c)
        tanh = np.tanh(c)
        grad_o = grad_h * tanh
        grad_c += grad_h * o * (1 - tanh**2)
        # c = f * c + i * g
        grad_f = grad_c * c_prev
        grad_i = grad_c * g
        grad_g = grad_c * i
        grad_c = grad_c * f
        # g = np.tanh(g)
        grad_g = grad_g * (1 - g**2)
        # i, f, o = sigmoid(i), sigmoid(f), sigmoid(o)
        grad_o = grad_o * (1 - o) * o
        grad_f = grad_f * (1 - f) * f
        grad_i = grad_i * (1 - i) * i
        # i, f, o, g = np.split(a, 4, axis=1)
        grad_a = np.concatenate([grad_i, grad_f, grad_o, grad_g], axis=1)
        # a = x[:, t] @ Wx + h @ Wh + b
        grad_x[:, t] = grad_a @ Wx.T
        grad_Wx += x[:, t].T @ grad_a
        grad_h = grad_a @ Wh.T
        grad_Wh += h_prev.T @ grad_a
        grad_b += grad_a.sum(axis=0)
    return grad_x, grad_h, grad_Wx, grad_Wh, grad_b
