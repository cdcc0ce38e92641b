import numpy as np


def make_inputs():
    draw = np.random.default_rng(0).normal
    return dict(x=draw(size=(2, 7)), k=3, stride=2)


def pooled(x, k, stride):
    n = (x.shape[-1] - k) // stride + 1
    return np.stack(
        [x[..., i * stride : i * stride + k].mean(axis=-1) ** 2 for i in range(n)],
        axis=-1,
    )
