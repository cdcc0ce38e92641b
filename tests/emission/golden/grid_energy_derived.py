def grad_grid_energy(x, y):
    """Gradients of grid_energy by x and y."""
    X, Y = np.meshgrid(x, y)

    # return np.sum(np.exp(-((X - Y) ** 2)))
    grad_Y = 2 * np.exp(-((X - Y) ** 2)) * (X - Y)
    grad_X = -grad_Y
    # X, Y = np.meshgrid(x, y)
    grad_x = grad_X.sum(axis=0)
    grad_y = grad_Y.sum(axis=1)
    return grad_x, grad_y
