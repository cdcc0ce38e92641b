# zoo: pair conv_valid conv_valid_backward | dimage=image dkernel=kernel
"""Correlation of an image with a kernel; the image gradient is a full correlation with the turned kernel."""
import numpy as np


def make_inputs():
    rng = np.random.RandomState(40)
    return dict(image=rng.randn(5, 6), kernel=rng.randn(3, 2), dout=rng.randn(3, 5))


def correlate(a, k):
    rows, cols = a.shape[0] - k.shape[0] + 1, a.shape[1] - k.shape[1] + 1
    out = np.zeros((rows, cols))
    for i in range(rows):
        for j in range(cols):
            out[i, j] = np.sum(a[i:i + k.shape[0], j:j + k.shape[1]] * k)
    return out


def conv_valid(image, kernel):
    out = correlate(image, kernel)
    return out, (image, kernel)


def conv_valid_backward(dout, cache):
    image, kernel = cache
    kh, kw = kernel.shape
    dkernel = correlate(image, dout)
    padded = np.pad(dout, ((kh - 1, kh - 1), (kw - 1, kw - 1)))
    dimage = correlate(padded, kernel[::-1, ::-1])
    return dimage, dkernel
