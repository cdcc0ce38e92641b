def grad_gru_step(x, h, Wz, Uz, Wr, Ur, Wh, Uh, grad_out):
    """Gradients of gru_step by x, h, Wz, Uz, Wr, Ur, Wh and Uh."""
    z = 1 / (1 + np.exp(-(x @ Wz + h @ Uz)))
    r = 1 / (1 + np.exp(-(x @ Wr + h @ Ur)))
    n = np.tanh(x @ Wh + (r * h) @ Uh)

    # out = (1 - z) * n + z * h
    grad_z = grad_out * (h - n)
    grad_n = grad_out * (1 - z)
    grad_h = grad_out * z
    # n = np.tanh(x @ Wh + (r * h) @ Uh)
    grad_sum = grad_n * (1 - n**2)
    grad_product = grad_sum @ Uh.T
    grad_x = grad_sum @ Wh.T
    grad_Wh = x.T @ grad_sum
    grad_r = grad_product * h
    grad_h += grad_product * r
    grad_Uh = (r * h).T @ grad_sum
    # r = 1 / (1 + np.exp(-(x @ Wr + h @ Ur)))
    grad_sum2 = grad_r * (1 - r) * r
    grad_x += grad_sum2 @ Wr.T
    grad_Wr = x.T @ grad_sum2
    grad_h += grad_sum2 @ Ur.T
    grad_Ur = h.T @ grad_sum2
    # z = 1 / (1 + np.exp(-(x @ Wz + h @ Uz)))
    grad_sum3 = grad_z * (1 - z) * z
    grad_x += grad_sum3 @ Wz.T
    grad_Wz = x.T @ grad_sum3
    grad_h += grad_sum3 @ Uz.T
    grad_Uz = h.T @ grad_sum3
    return grad_x, grad_h, grad_Wz, grad_Uz, grad_Wr, grad_Ur, grad_Wh, grad_Uh
