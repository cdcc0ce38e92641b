def tree_forward(node, w):
    if node["left"] is None:
        cache = (node, w, None, None, None, None)  # kept for the backward pass
        return node["value"] * w, cache
    else:
        a, tree_cache = tree_forward(node["left"], w)
        b, tree_cache2 = tree_forward(node["right"], w)
        cache = (node, w, a, tree_cache, b, tree_cache2)  # kept for the backward pass
        return np.tanh(a * b + w), cache


def tree_backward(grad_out, cache):
    """Gradients of tree by node and w."""
    node, w, a, tree_cache, b, tree_cache2 = cache
    grad_node = {}
    if node["left"] is None:
        # return node["value"] * w
        grad_node["value"] = w * grad_out
        grad_w = node["value"] * grad_out
    else:
        # return np.tanh(a * b + w)
        grad_w = grad_out * (1 - np.tanh(a * b + w) ** 2)
        grad_a = grad_w * b
        grad_b = grad_w * a
        # b = tree(node["right"], w)
        grad_node["right"], grad_w_part = tree_backward(grad_b, tree_cache2)
        grad_w += grad_w_part
        # a = tree(node["left"], w)
        grad_node["left"], grad_w_part2 = tree_backward(grad_a, tree_cache)
        grad_w += grad_w_part2
        grad_node["value"] = 0.0
    return grad_node, grad_w


def grad_tree(node, w):
    """Gradients of tree by node and w."""
    _, cache = tree_forward(node, w)
    return tree_backward(1.0, cache)
