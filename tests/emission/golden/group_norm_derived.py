def grad_groupnorm(x, gamma, beta, grad_out, G=2, eps=1e-05):
    """Gradients of groupnorm by x, gamma and beta."""
    N, C, H, W = x.shape
    g = x.reshape(N, G, C // G, H, W)
    mu = g.mean(axis=(2, 3, 4), keepdims=True)
    gc = g - mu
    var = (gc**2).mean(axis=(2, 3, 4), keepdims=True)
    ghat = gc / np.sqrt(var + eps)
    xhat = ghat.reshape(N, C, H, W)

    # out = gamma * xhat + beta
    grad_gamma = np.sum(grad_out * xhat, axis=(0, 2, 3), keepdims=True)  # (1, C, 1, 1)
    grad_xhat = grad_out * gamma  # (N, C, H, W)
    grad_beta = grad_out.sum(axis=(0, 2, 3), keepdims=True)  # (1, C, 1, 1)
    # xhat = ghat.reshape(N, C, H, W)
    grad_ghat = grad_xhat.reshape(ghat.shape)
    # ghat = gc / np.sqrt(var + eps)
    sqrt = np.sqrt(var + eps)
    part = grad_ghat * ghat / sqrt
    total = part.sum(axis=(2, 3, 4), keepdims=True)
    grad_gc = grad_ghat / sqrt
    grad_var = -0.5 * total / sqrt
    # var = (gc**2).mean(axis=(2, 3, 4), keepdims=True)
    grad_gc += 2 * grad_var / ((C // G) * H * W) * gc
    # gc = g - mu
    grad_mu = -grad_gc.sum(axis=(2, 3, 4), keepdims=True)
    # mu = g.mean(axis=(2, 3, 4), keepdims=True)
    grad_g = grad_gc + grad_mu / ((C // G) * H * W)
    # g = x.reshape(N, G, C // G, H, W)
    grad_x = grad_g.reshape(N, C, H, W)
    return grad_x, grad_gamma, grad_beta
