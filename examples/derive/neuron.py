import math

w = [2, -3, -3]
x = [-1, -2]

# Compute the forward pass
product = w[0] * x[0] + w[1] * x[1] + w[2]
activation = 1 / (1 + math.exp(-product))
