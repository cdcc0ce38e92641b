def grad_loss(params, X, y):
    """Gradients of loss by params, X and y."""
    h = np.tanh(X @ params["W1"] + params["b1"])
    pred = h @ params["W2"]

    grad_params = {}
    # return np.mean((pred - y) ** 2)
    grad_pred = 2 * (pred - y) / len(pred)
    grad_y = -grad_pred
    # pred = h @ params["W2"]
    grad_h = np.outer(grad_pred, params["W2"])
    grad_params["W2"] = grad_pred @ h
    # h = np.tanh(X @ params["W1"] + params["b1"])
    grad_sum = grad_h * (1 - h**2)
    grad_X = grad_sum @ params["W1"].T
    grad_params["W1"] = X.T @ grad_sum
    grad_params["b1"] = grad_sum.sum(axis=0)
    return grad_params, grad_X, grad_y
