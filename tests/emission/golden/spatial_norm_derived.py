def grad_spatial_norm(x, gamma, beta, grad_out, eps=1e-05):
    """Gradients of spatial_norm by x, gamma and beta."""
    axes = (0, 2, 3)
    mu = x.mean(axis=axes, keepdims=True)
    var = ((x - mu) ** 2).mean(axis=axes, keepdims=True)

    # return gamma * (x - mu) / np.sqrt(var + eps) + beta
    sqrt = np.sqrt(var + eps)
    part = gamma / sqrt**2 * grad_out * (x - mu)
    part2 = grad_out * (x - mu) / sqrt
    grad_x = gamma / sqrt * grad_out
    grad_gamma = part2.sum(axis=axes, keepdims=True)
    grad_mu = -grad_x.sum(axis=axes, keepdims=True)
    grad_var = -0.5 * part.sum(axis=axes, keepdims=True) / sqrt
    grad_beta = grad_out.sum(axis=axes, keepdims=True)
    # var = ((x - mu) ** 2).mean(axis=axes, keepdims=True)
    grad_difference = 2 * grad_var / (x.shape[0] * x.shape[2] * x.shape[3]) * (x - mu)
    grad_x += grad_difference
    grad_mu -= grad_difference.sum(axis=axes, keepdims=True)
    # mu = x.mean(axis=axes, keepdims=True)
    grad_x += grad_mu / (x.shape[0] * x.shape[2] * x.shape[3])
    return grad_x, grad_gamma, grad_beta
