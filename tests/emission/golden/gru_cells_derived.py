def grad_gru(xs, h, params, grad_out):
    """Gradients of gru by xs, h and params."""
    steps = []  # kept for the backward pass
    for x in xs:
        xh = np.concatenate([x, h])
        z = 1 / (1 + np.exp(-params["Wz"] @ xh))
        r = 1 / (1 + np.exp(-params["Wr"] @ xh))
        cand = np.tanh(params["Wh"] @ np.concatenate([x, r * h]))
        h_prev = h
        h = (1 - z) * h + z * cand
        steps.append((h_prev, cand, r, xh, z))

    grad_params = {}
    # return np.array(states)
    grad_states = list(grad_out)
    grad_h = np.zeros_like(h)
    grad_params["Wh"] = np.zeros_like(params["Wh"])
    grad_params["Wr"] = np.zeros_like(params["Wr"])
    grad_params["Wz"] = np.zeros_like(params["Wz"])
    grad_xs = [np.zeros_like(row) for row in xs]
    for k in reversed(range(len(xs))):
        h_prev, cand, r, xh, z = steps.pop()
        x = xs[k]
        # states.append(h)
        grad_h += grad_states.pop()
        # h = (1 - z) * h + z * cand
        grad_z = grad_h * (cand - h_prev)
        grad_cand = grad_h * z
        grad_h = grad_h * (1 - z)
        # cand = np.tanh(params["Wh"] @ np.concatenate([x, r * h]))
        grad_product = grad_cand * (1 - cand**2)
        grad_concatenate = grad_product @ params["Wh"]
        grad_params["Wh"] += np.outer(grad_product, np.concatenate([x, r * h_prev]))
        grad_x = grad_concatenate[: len(x)]
        grad_r = grad_concatenate[len(x) :] * h_prev
        grad_h += grad_concatenate[len(x) :] * r
        # r = 1 / (1 + np.exp(-params["Wr"] @ xh))
        grad_product2 = grad_r * (1 - r) * r
        grad_params["Wr"] += np.outer(grad_product2, xh)
        grad_xh = grad_product2 @ params["Wr"]
        # z = 1 / (1 + np.exp(-params["Wz"] @ xh))
        grad_product3 = grad_z * (1 - z) * z
        grad_params["Wz"] += np.outer(grad_product3, xh)
        grad_xh += grad_product3 @ params["Wz"]
        # xh = np.concatenate([x, h])
        grad_x = grad_x + grad_xh[: len(x)]
        grad_h += grad_xh[len(x) :]
        # x = xs[k]
        grad_xs[k] = grad_x
    return grad_xs, grad_h, grad_params
