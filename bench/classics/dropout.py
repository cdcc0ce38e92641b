def dropout_forward(x, mask, p=0.5):
    scaled = mask / p
    out = x * scaled
    cache = scaled
    return out, cache


def dropout_backward(dout, cache):
    scaled = cache
    dx = dout * scaled
    return dx
