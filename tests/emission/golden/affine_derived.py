def affine_forward(x, w, b):
    out = x.reshape(x.shape[0], -1).dot(w) + b
    return out, (x, w)  # kept for the backward pass


def affine_backward(dout, cache):
    """Gradients of affine_forward by x, w and b."""
    x, w = cache
    # out = x.reshape(x.shape[0], -1).dot(w) + b
    dx = (dout @ w.T).reshape(x.shape)
    dw = x.reshape(x.shape[0], w.shape[0]).T @ dout
    db = dout.sum(axis=0)
    return dx, dw, db
