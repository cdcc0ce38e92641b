def grad_first_large(x, w):
    """Gradients of first_large by x and w."""
    steps = []  # kept for the backward pass
    for row in x:
        best = 0.0
        passes = []
        for k, v in enumerate(row):
            passes.append(v)
            if v > 0.5:
                best = v * w[k]
                break
        steps.append((best, passes))

    grad_w = np.zeros_like(w)
    grad_x = np.zeros_like(x)
    for i in reversed(range(len(x))):
        best, passes = steps.pop()
        # total += best**2
        grad_best = 2 * best
        grad_row = np.zeros_like(row)
        for k in reversed(range(len(passes))):
            v = passes.pop()
            grad_v = 0.0
            if v > 0.5:
                # best = v * w[k]
                grad_v = grad_best * w[k]
                grad_w[k] += grad_best * v
            # v = row[k]
            grad_row[k] += grad_v
            grad_best = 0.0
        # row = x[i]
        grad_x[i] = grad_row
    return grad_x, grad_w
