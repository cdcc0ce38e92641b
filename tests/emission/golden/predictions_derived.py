def grad_predictions(w, x, grad_out):
    """Gradients of predictions by w and x."""
    grad_out = list(grad_out)
    grad_w = [0.0] * len(w)
    grad_x = [0.0] * len(x)
    for k in reversed(range(len(x))):
        v = x[k]
        # out.append(w[0] * v + w[1])
        grad_item = grad_out.pop()
        grad_w[0] += v * grad_item
        grad_x[k] = w[0] * grad_item
        grad_w[1] += grad_item
    return grad_w, grad_x
