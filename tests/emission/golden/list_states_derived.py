def grad_list_states(xs, W):
    """Gradients of list_states by xs and W."""
    saved_h = []  # kept for the backward pass
    hs = [np.zeros(3)]
    for x in xs:
        h = np.tanh(W @ hs[-1] + x)
        hs.append(h)
        saved_h.append(h)

    # return np.sum(hs[-1] ** 2)
    grad_hs = [np.zeros_like(row) for row in hs]
    grad_hs[-1] = 2 * hs[-1]
    grad_W = np.zeros_like(W)
    grad_xs = np.zeros_like(xs)
    for k in reversed(range(len(xs))):
        h = saved_h.pop()
        # hs.append(h)
        hs.pop()
        grad_h = grad_hs.pop()
        # h = np.tanh(W @ hs[-1] + x)
        grad_x = grad_h * (1 - h**2)
        grad_W += np.outer(grad_x, hs[-1])
        grad_hs[-1] += grad_x @ W
        # x = xs[k]
        grad_xs[k] = grad_x
    return grad_xs, grad_W
