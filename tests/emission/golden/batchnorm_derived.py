def grad_batchnorm(x, gamma, beta, grad_out, eps=1e-05):
    """Gradients of batchnorm by x, gamma and beta."""
    N, D = x.shape
    mu = x.mean(axis=0)
    xc = x - mu
    var = (xc**2).mean(axis=0)
    std = np.sqrt(var + eps)
    xhat = xc / std

    # out = gamma * xhat + beta
    grad_gamma = np.sum(grad_out * xhat, axis=0)  # (D,)
    grad_xhat = grad_out * gamma  # (N, D)
    grad_beta = grad_out.sum(axis=0)  # (D,)
    # xhat = xc / std
    grad_xc = grad_xhat / std  # (N, D)
    grad_std = -np.sum(grad_xhat * xhat, axis=0) / std  # (D,)
    # std = np.sqrt(var + eps)
    grad_var = 0.5 * grad_std / std  # (D,)
    # var = (xc**2).mean(axis=0)
    grad_xc += 2 * grad_var / N * xc
    # xc = x - mu
    grad_mu = -grad_xc.sum(axis=0)  # (D,)
    # mu = x.mean(axis=0)
    grad_x = grad_xc + grad_mu / N  # (N, D)
    return grad_x, grad_gamma, grad_beta
