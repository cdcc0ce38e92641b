# zoo: script activation | grad_x=x grad_w=w
"""A sigmoid neuron with its weights in a list."""
import math

# inputs
w = [1.5, -2.0, 0.7]
x = [-0.8, 0.6]

# forward
product = w[0]*x[0] + w[1]*x[1] + w[2]
activation = 1/(1+math.exp(-product))

# backward
grad_product = (1-activation)*activation
grad_x = [w[0]*grad_product, w[1]*grad_product]
grad_w = [x[0]*grad_product, x[1]*grad_product, 1*grad_product]
