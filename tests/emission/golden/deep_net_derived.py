def grad_deep(x, Ws):
    """Gradients of deep by x and Ws."""
    steps = []  # kept for the backward pass
    h = x
    for l in range(len(Ws)):
        h_prev = h
        h = np.tanh(h @ Ws[l])
        steps.append((h_prev, h))

    # return 0.5 * np.sum(h**2)
    grad_h = h
    grad_Ws = [np.zeros_like(row) for row in Ws]
    for l in reversed(range(len(Ws))):
        h_prev, h = steps.pop()
        # h = np.tanh(h @ Ws[l])
        grad_product = grad_h * (1 - h**2)
        grad_Ws[l] = h_prev.T @ grad_product
        grad_h = grad_product @ Ws[l].T
    return grad_h, grad_Ws
