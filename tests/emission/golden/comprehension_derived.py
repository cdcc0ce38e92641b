def grad_perceptron(w, x, b):
    """Gradients of perceptron by w, x and b."""
    total = sum(wi * xi for wi, xi in zip(w, x)) + b

    # return math.tanh(total)
    grad_total = 1 - math.tanh(total) ** 2
    grad_x = [0.0] * len(x)
    grad_w = [0.0] * len(w)
    for k in reversed(range(len(w))):
        wi = w[k]
        xi = x[k]
        # total = sum(wi * xi for wi, xi in zip(w, x)) + b
        grad_w[k] = xi * grad_total
        grad_x[k] = wi * grad_total
    return grad_w, grad_x, grad_total
