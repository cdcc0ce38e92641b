def model_forward(x, theta, k=2):
    a, b, c = theta
    cache = (x, theta, k, a, b)  # kept for the backward pass
    return a * x**k + b * x + c, cache


def model_backward(grad_out, cache):
    """Gradients of model by x and theta."""
    x, theta, k, a, b = cache
    # return a * x**k + b * x + c
    grad_a = grad_out * x**k
    grad_x = grad_out * (b + a * k * x ** np.where(k == 0, 1, k - 1))
    grad_b = grad_out * x
    # a, b, c = theta
    grad_theta = np.zeros_like(theta)
    grad_theta[2] = grad_out
    grad_theta[1] += grad_b
    grad_theta[0] += grad_a
    return grad_x, grad_theta


def grad_fit(theta, xs):
    """Gradients of fit by theta and xs."""
    saved_model_cache = []  # kept for the backward pass
    items = []
    for x in xs:
        model_out, model_cache = model_forward(x, theta)
        items.append(model_out)
        saved_model_cache.append(model_cache)
    preds = np.array(items)

    # return np.mean((preds - np.sin(xs)) ** 2)
    grad_preds = 2 * (preds - np.sin(xs)) / len(preds)
    grad_xs = -grad_preds * np.cos(xs)
    # preds = np.array(items)
    grad_items = list(grad_preds)
    grad_theta = np.zeros_like(theta)
    for k in reversed(range(len(xs))):
        model_cache = saved_model_cache.pop()
        # items = model_out
        grad_model_out = grad_items.pop()
        # model_out = model(x, theta)
        grad_x, grad_theta_part = model_backward(grad_model_out, model_cache)
        grad_theta += grad_theta_part
        # x = xs[k]
        grad_xs[k] += grad_x
    return grad_theta, grad_xs
