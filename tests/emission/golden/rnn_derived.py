def grad_rnn_all(x, h0, Wx, Wh, b, grad_hs):
    """Gradients of rnn_all by x, h0, Wx, Wh and b."""
    steps = []  # kept for the backward pass
    T, N, D = x.shape
    h = h0
    for t in range(T):
        x_t = x[t]
        h_prev = h
        h = np.tanh(x_t @ Wx + h @ Wh + b)
        steps.append((h_prev, h))

    grad_Wx = np.zeros_like(Wx)  # (D, H)
    grad_Wh = np.zeros_like(Wh)  # (H, H)
    grad_b = np.zeros_like(b)  # (H,)
    grad_h = np.zeros_like(h)  # (N, H)
    grad_x = np.zeros_like(x)  # (T, N, D)
    for t in reversed(range(T)):
        h_prev, h = steps.pop()
        x_t = x[t]
        # hs[t] = h
        grad_h += grad_hs[t]
        # h = np.tanh(x_t @ Wx + h @ Wh + b)
        grad_sum = grad_h * (1 - h**2)
        grad_x[t] = grad_sum @ Wx.T
        grad_Wx += x_t.T @ grad_sum
        grad_Wh += h_prev.T @ grad_sum
        grad_b += grad_sum.sum(axis=0)
        grad_h = grad_sum @ Wh.T
    return grad_x, grad_h, grad_Wx, grad_Wh, grad_b
