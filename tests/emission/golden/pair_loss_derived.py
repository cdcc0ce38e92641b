def grad_pair_loss(x, y):
    """Gradients of pair_loss by x and y."""
    saved_d = []  # kept for the backward pass
    for i in range(len(x)):
        for j in range(len(x)):
            if i == j:
                continue
            d = x[i] - x[j]
            saved_d.append(d)

    grad_y = np.zeros_like(y)
    grad_x = np.zeros_like(x)
    for i in reversed(range(len(x))):
        for j in reversed(range(len(x))):
            if i != j:
                d = saved_d.pop()
                if d < 0:
                    grad_d = 0.0
                else:
                    # loss += np.exp(-d) * y[j]
                    exp = np.exp(-d)
                    grad_d = -y[j] * exp
                    grad_y[j] += exp
                # d = x[i] - x[j]
                grad_x[i] += grad_d
                grad_x[j] -= grad_d
    return grad_x, grad_y
