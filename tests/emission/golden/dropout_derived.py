def dropout_forward(x, mask, p=0.5):
    scaled = mask / p
    out = x * scaled
    return out, scaled  # kept for the backward pass


def dropout_backward(dout, cache):
    """Gradients of dropout_forward by x."""
    scaled = cache
    # out = x * scaled
    dx = dout * scaled
    return dx
