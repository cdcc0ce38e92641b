def grad_branch(x, y):
    """Gradients of branch by x and y."""
    if x > 0:
        z = x * y
    elif y > 0:
        z = np.sin(x)
    else:
        z = x + y
    z_prev = z
    if z > 1:
        z = z * z

    # return z * x
    grad_z = x
    grad_x = z
    if z_prev > 1:
        # z = z * z
        grad_z = 2 * z_prev * grad_z
    if x > 0:
        # z = x * y
        grad_x += y * grad_z
        grad_y = x * grad_z
    elif y > 0:
        # z = np.sin(x)
        grad_x += grad_z * np.cos(x)
        grad_y = 0.0
    else:
        # z = x + y
        grad_x += grad_z
        grad_y = grad_z
    return grad_x, grad_y
