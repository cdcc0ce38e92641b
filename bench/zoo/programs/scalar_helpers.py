# zoo: script E | grad_w1=w1 grad_w2=w2 grad_b1=b1 grad_b2=b2
"""Two sigmoid neurons, slopes by a helper that takes the sum."""
import math


def sigmoid(z):
    return 1 / (1 + math.exp(-z))


def sigmoid_prime(z):
    return sigmoid(z) * (1 - sigmoid(z))


# inputs
x = 1.2
goal = 0.3
w1, b1 = -0.7, 0.25
w2, b2 = 1.6, -0.4

# forward
z1 = w1 * x + b1
a1 = sigmoid(z1)
z2 = w2 * a1 + b2
a2 = sigmoid(z2)
E = (a2 - goal) ** 2

# backward
delta2 = 2 * (a2 - goal) * sigmoid_prime(z2)
grad_w2 = delta2 * a1
grad_b2 = delta2
delta1 = delta2 * w2 * sigmoid_prime(z1)
grad_w1 = delta1 * x
grad_b1 = delta1
