# zoo: pair conv_forward conv_backward | dx=x dw=w db=b
"""Convolution through im2col."""
import numpy as np


def make_inputs():
    rng = np.random.RandomState(41)
    return dict(x=rng.randn(2, 2, 4, 5), w=rng.randn(3, 2, 2, 3), b=rng.randn(3), dout=rng.randn(2, 3, 3, 3))


def im2col(x, fh, fw):
    N, C, H, W = x.shape
    oh, ow = H - fh + 1, W - fw + 1
    col = np.zeros((N, C, fh, fw, oh, ow))
    for i in range(fh):
        for j in range(fw):
            col[:, :, i, j, :, :] = x[:, :, i:i + oh, j:j + ow]
    return col.transpose(0, 4, 5, 1, 2, 3).reshape(N * oh * ow, -1)


def col2im(col, shape, fh, fw):
    N, C, H, W = shape
    oh, ow = H - fh + 1, W - fw + 1
    col = col.reshape(N, oh, ow, C, fh, fw).transpose(0, 3, 4, 5, 1, 2)
    image = np.zeros(shape)
    for i in range(fh):
        for j in range(fw):
            image[:, :, i:i + oh, j:j + ow] += col[:, :, i, j, :, :]
    return image


def conv_forward(x, w, b):
    F, C, fh, fw = w.shape
    N, _, H, W = x.shape
    col = im2col(x, fh, fw)
    col_w = w.reshape(F, -1).T
    out = np.dot(col, col_w) + b
    out = out.reshape(N, H - fh + 1, W - fw + 1, F).transpose(0, 3, 1, 2)
    return out, (x, w, col, col_w)


def conv_backward(dout, cache):
    x, w, col, col_w = cache
    F, C, fh, fw = w.shape
    dflat = dout.transpose(0, 2, 3, 1).reshape(-1, F)
    db = np.sum(dflat, axis=0)
    dw = np.dot(col.T, dflat).T.reshape(F, C, fh, fw)
    dcol = np.dot(dflat, col_w.T)
    dx = col2im(dcol, x.shape, fh, fw)
    return dx, dw, db
