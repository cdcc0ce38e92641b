def grad_spline(x, knots, coef):
    """Gradients of spline by x, knots and coef."""
    k = np.searchsorted(knots, x) - 1
    t = x - knots[k]
    a, b, c, d = coef[k]

    # return a + t * (b + t * (c + t * d))
    total = c + t * d
    grad_t = b + 2 * t * total + t**2 * d
    grad_b = t
    grad_c = t**2
    grad_d = t**3
    # a, b, c, d = coef[k]
    grad_coef = np.zeros_like(coef)
    grad_coef[k][3] = grad_d
    grad_coef[k][2] += grad_c
    grad_coef[k][1] += grad_b
    grad_coef[k][0] += 1
    # t = x - knots[k]
    grad_knots = np.zeros_like(knots)
    grad_knots[k] = -grad_t
    return grad_t, grad_knots, grad_coef
