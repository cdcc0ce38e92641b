# zoo: script cost | nabla_w[0]=weights[0] nabla_w[1]=weights[1] nabla_b[0]=biases[0] nabla_b[1]=biases[1]
"""The network of the online book: lists of weights, negative indices."""
import numpy as np


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def sigmoid_prime(z):
    return sigmoid(z) * (1 - sigmoid(z))


# inputs
rng = np.random.RandomState(77)
weights = [rng.randn(4, 3), rng.randn(2, 4)]
biases = [rng.randn(4, 1), rng.randn(2, 1)]
x = rng.randn(3, 1)
y = rng.rand(2, 1)

# forward
activation = x
activations = [x]
zs = []
for b, w in zip(biases, weights):
    z = np.dot(w, activation) + b
    zs.append(z)
    activation = sigmoid(z)
    activations.append(activation)
cost = 0.5 * np.sum((activations[-1] - y) ** 2)

# backward
nabla_b = [np.zeros(b.shape) for b in biases]
nabla_w = [np.zeros(w.shape) for w in weights]
delta = (activations[-1] - y) * sigmoid_prime(zs[-1])
nabla_b[-1] = delta
nabla_w[-1] = np.dot(delta, activations[-2].transpose())
delta = np.dot(weights[-1].transpose(), delta) * sigmoid_prime(zs[-2])
nabla_b[-2] = delta
nabla_w[-2] = np.dot(delta, activations[-3].transpose())
