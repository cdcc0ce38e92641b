def grad_area(points):
    """Gradients of area by points."""
    x, y = points.T

    # return 0.5 * np.abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1)))
    roll = np.roll(y, shift=1)
    roll2 = np.roll(x, shift=1)
    grad_difference = 0.5 * np.sign(np.dot(x, roll) - np.dot(y, roll2))
    part = grad_difference * y
    grad_roll = grad_difference * x
    grad_x = np.roll(-part, shift=-1) + grad_difference * roll
    grad_y = np.roll(grad_roll, shift=-1) - grad_difference * roll2
    # x, y = points.T
    grad_points = np.stack([grad_x, grad_y], axis=1)
    return grad_points
