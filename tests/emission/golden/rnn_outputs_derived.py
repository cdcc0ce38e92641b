def grad_rnn(xs, h0, Wx, Wh, grad_outs, grad_h):
    """Gradients of rnn by xs, h0, Wx and Wh."""
    steps = []  # kept for the backward pass
    h = h0
    for x in xs:
        h_prev = h
        h = np.tanh(x @ Wx + h @ Wh)
        steps.append((h_prev, h))

    grad_outs = list(grad_outs)
    grad_Wx = np.zeros_like(Wx)
    grad_Wh = np.zeros_like(Wh)
    grad_xs = np.zeros_like(xs)
    for k in reversed(range(len(xs))):
        h_prev, h = steps.pop()
        x = xs[k]
        # outs.append(h)
        grad_h = grad_h + grad_outs.pop()
        # h = np.tanh(x @ Wx + h @ Wh)
        grad_sum = grad_h * (1 - h**2)
        grad_xs[k] = Wx @ grad_sum
        grad_Wx += np.outer(x, grad_sum)
        grad_Wh += np.outer(h_prev, grad_sum)
        grad_h = Wh @ grad_sum
    return grad_xs, grad_h, grad_Wx, grad_Wh
