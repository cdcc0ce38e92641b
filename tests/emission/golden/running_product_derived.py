def grad_cumulative(x):
    """Gradients of cumulative by x."""
    out = np.zeros(len(x))
    out[0] = x[0]
    for i in range(1, len(x)):
        out[i] = out[i - 1] * x[i]

    # return np.sum(out)
    grad_out = np.ones_like(out)
    grad_x = np.zeros_like(x)
    for i in reversed(range(1, len(x))):
        # out[i] = out[i - 1] * x[i]
        grad_x[i] += grad_out[i] * out[i - 1]
        grad_out[i - 1] += grad_out[i] * x[i]
    # out[0] = x[0]
    grad_x[0] += grad_out[0]
    return grad_x
