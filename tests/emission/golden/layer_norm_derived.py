def layernorm_forward(x, gamma, beta, eps=1e-05):
    mu = x.mean(axis=1, keepdims=True)
    xc = x - mu
    var = np.mean(xc**2, axis=1, keepdims=True)
    ivar = 1 / np.sqrt(var + eps)
    xhat = xc * ivar
    out = gamma * xhat + beta
    cache = (gamma, xc, ivar, xhat)  # kept for the backward pass
    return out, cache


def layernorm_backward(dout, cache):
    """Gradients of layernorm_forward by x, gamma and beta."""
    gamma, xc, ivar, xhat = cache
    # out = gamma * xhat + beta
    dgamma = np.sum(dout * xhat, axis=0)
    dxhat = dout * gamma
    dbeta = dout.sum(axis=0)
    # xhat = xc * ivar
    dxc = dxhat * ivar
    divar = np.sum(dxhat * xc, axis=1, keepdims=True)
    # ivar = 1 / np.sqrt(var + eps)
    dvar = -0.5 * divar * ivar**3
    # var = np.mean(xc**2, axis=1, keepdims=True)
    dxc += 2 * dvar / xc.shape[1] * xc
    # xc = x - mu
    dmu = -dxc.sum(axis=1, keepdims=True)
    # mu = x.mean(axis=1, keepdims=True)
    dx = dxc + dmu / xc.shape[1]
    return dx, dgamma, dbeta
