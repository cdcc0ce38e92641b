def grad_gaussian_nll(x, mu, log_sigma):
    """Gradients of gaussian_nll by x, mu and log_sigma."""
    sigma = np.exp(log_sigma)
    z = (x - mu) / sigma

    # nll = 0.5 * np.sum(z**2) + len(x) * log_sigma
    grad_z = z
    grad_log_sigma = len(x)
    # z = (x - mu) / sigma
    grad_x = grad_z / sigma
    grad_mu = -grad_z.sum() / sigma
    grad_sigma = -np.sum(grad_z * z) / sigma
    # sigma = np.exp(log_sigma)
    grad_log_sigma += grad_sigma * sigma
    return grad_x, grad_mu, grad_log_sigma
