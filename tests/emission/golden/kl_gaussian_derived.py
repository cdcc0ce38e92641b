def grad_kl(mu, logvar):
    """Gradients of kl by mu and logvar."""
    # return -0.5 * np.sum(1 + logvar - mu**2 - np.exp(logvar))
    grad_logvar = 0.5 * np.exp(logvar) - 0.5
    grad_mu = mu
    return grad_mu, grad_logvar
