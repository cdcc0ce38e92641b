import math


def grad_neuron(w, x):
    product = w[0] * x[0] + w[1] * x[1] + w[2]
    activation = 1 / (1 + math.exp(-product))

    grad_product = (1 - activation) * activation
    grad_w = [x[0] * grad_product, x[1] * grad_product, grad_product]
    grad_x = [w[0] * grad_product, w[1] * grad_product]
    return grad_w, grad_x
