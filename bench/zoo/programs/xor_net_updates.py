# zoo: script loss | d_w_out=w_out d_w_hid=w_hid
"""The XOR net of so many tutorials; the step comes last."""
import numpy as np


def nonlin(x, deriv=False):
    if deriv:
        return x * (1 - x)
    return 1 / (1 + np.exp(-x))


# inputs
inputs = np.array([[0., 0., 1.], [0., 1., 1.], [1., 0., 1.], [1., 1., 1.]])
target = np.array([[0.], [1.], [1.], [0.]])
rng = np.random.RandomState(23)
w_hid = 2 * rng.rand(3, 4) - 1
w_out = 2 * rng.rand(4, 1) - 1
rate = 0.5

# forward
l1 = nonlin(np.dot(inputs, w_hid))
l2 = nonlin(np.dot(l1, w_out))
loss = 0.5 * np.sum((target - l2) ** 2)

# backward
l2_error = l2 - target
l2_delta = l2_error * nonlin(l2, deriv=True)
l1_error = l2_delta.dot(w_out.T)
l1_delta = l1_error * nonlin(l1, deriv=True)
d_w_out = l1.T.dot(l2_delta)
d_w_hid = inputs.T.dot(l1_delta)
w_out = w_out - rate * d_w_out
w_hid = w_hid - rate * d_w_hid
