def grad_distances(X, Y, grad_D):
    """Gradients of distances by X and Y."""
    saved_diff = []  # kept for the backward pass
    for i, x in enumerate(X):
        for j, y in enumerate(Y):
            diff = x - y
            saved_diff.append(diff)

    grad_Y = np.zeros_like(Y)
    grad_X = np.zeros_like(X)
    for i in reversed(range(len(X))):
        grad_x = np.zeros_like(x)
        for j in reversed(range(len(Y))):
            diff = saved_diff.pop()
            # D[i, j] = diff @ diff
            grad_diff = 2 * grad_D[i, j] * diff
            # diff = x - y
            grad_x += grad_diff
            grad_Y[j] -= grad_diff
        # x = X[i]
        grad_X[i] = grad_x
    return grad_X, grad_Y
