# zoo: script loss | grad_a=a grad_b=b grad_c=c grad_d=d
"""A cubic fitted to a sine by hand, as in the tutorial."""
import numpy as np

# inputs
x = np.linspace(-2.0, 2.2, 9)
y = np.sin(x)
a, b, c, d = 0.1, 0.7, -0.2, 0.05

# forward
y_pred = a + b * x + c * x ** 2 + d * x ** 3
loss = np.square(y_pred - y).sum()

# backward
grad_y_pred = 2.0 * (y_pred - y)
grad_a = grad_y_pred.sum()
grad_b = (grad_y_pred * x).sum()
grad_c = (grad_y_pred * x ** 2).sum()
grad_d = (grad_y_pred * x ** 3).sum()
