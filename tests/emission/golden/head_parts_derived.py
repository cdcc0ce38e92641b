def grad_heads(x, W, grad_out):
    """Gradients of heads by x and W."""
    items = np.split(x, 2, axis=1)
    parts = [h @ W for h in np.split(x, 2, axis=1)]

    # return np.concatenate(parts, axis=1)
    grad_parts = np.split(grad_out, len(parts), axis=1)
    grad_W = np.zeros_like(W)
    grad_items = [np.zeros_like(row) for row in items]
    for k in reversed(range(len(items))):
        h = items[k]
        # parts = [h @ W for h in np.split(x, 2, axis=1)]
        grad_item = grad_parts.pop()
        grad_items[k] = grad_item @ W.T
        grad_W += h.T @ grad_item
    # items = np.split(x, 2, axis=1)
    grad_x = np.concatenate(grad_items, axis=1)
    return grad_x, grad_W
