# not checked: the other way at line 28, which no example takes
def grad_batchnorm(x, gamma, beta, bn_param, grad_out):
    """Gradients of batchnorm by x, gamma and beta."""
    mode = bn_param["mode"]
    eps = bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    N, D = x.shape
    running_mean = bn_param.get("running_mean", np.zeros(D, dtype=x.dtype))
    running_var = bn_param.get("running_var", np.zeros(D, dtype=x.dtype))
    if mode == "train":
        mu = x.mean(axis=0)
        var = x.var(axis=0)
        x_hat = (x - mu) / np.sqrt(var + eps)
        running_mean = momentum * running_mean + (1 - momentum) * mu
        running_var = momentum * running_var + (1 - momentum) * var
    elif mode == "test":
        x_hat = (x - running_mean) / np.sqrt(running_var + eps)
    else:
        raise ValueError(f"no such mode: {mode}")

    if mode == "train":
        # out = gamma * x_hat + beta
        grad_gamma = np.sum(grad_out * x_hat, axis=0)  # (D,)
        grad_x_hat = grad_out * gamma  # (N, D)
        grad_beta = grad_out.sum(axis=0)  # (D,)
        # x_hat = (x - mu) / np.sqrt(var + eps)
        sqrt = np.sqrt(var + eps)
        part = grad_x_hat * x_hat / sqrt
        grad_x = grad_x_hat / sqrt  # (N, D)
        grad_mu = -grad_x_hat.sum(axis=0) / sqrt  # (D,)
        grad_var = -0.5 * part.sum(axis=0) / sqrt  # (D,)
        # var = x.var(axis=0)
        grad_x += 2 * grad_var / N * (x - x.mean(axis=0, keepdims=True))
        # mu = x.mean(axis=0)
        grad_x += grad_mu / N
    else:
        # out = gamma * x_hat + beta
        grad_gamma = np.sum(grad_out * x_hat, axis=0)
        grad_x_hat = grad_out * gamma
        grad_beta = grad_out.sum(axis=0)
        # x_hat = (x - running_mean) / np.sqrt(running_var + eps)
        sqrt2 = np.sqrt(running_var + eps)
        part2 = grad_x_hat * x_hat / sqrt2
        grad_x = grad_x_hat / sqrt2
    return grad_x, grad_gamma, grad_beta
