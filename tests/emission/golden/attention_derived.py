def grad_attention(x, Wq, Wk, Wv, Wo, grad_out, heads=2):
    """Gradients of attention by x, Wq, Wk, Wv and Wo."""
    T, D = x.shape
    d = D // heads
    Q = (x @ Wq).reshape(T, heads, d).transpose(1, 0, 2)
    K = (x @ Wk).reshape(T, heads, d).transpose(1, 0, 2)
    V = (x @ Wv).reshape(T, heads, d).transpose(1, 0, 2)
    scores = Q @ K.transpose(0, 2, 1) / np.sqrt(d)
    exps = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights = exps / exps.sum(axis=-1, keepdims=True)
    mixed = (weights @ V).transpose(1, 0, 2).reshape(T, D)

    # out = mixed @ Wo
    grad_mixed = grad_out @ Wo.T  # (T, D)
    grad_Wo = mixed.T @ grad_out
    # mixed = (weights @ V).transpose(1, 0, 2).reshape(T, D)
    grad_product = grad_mixed.reshape(T, heads, d).transpose(1, 0, 2)
    grad_weights = grad_product @ V.transpose(0, 2, 1)
    grad_V = weights.transpose(0, 2, 1) @ grad_product
    # weights = exps / exps.sum(axis=-1, keepdims=True)
    total = np.sum(grad_weights * weights, axis=2, keepdims=True)
    grad_scores = weights * (grad_weights - total)
    # scores = Q @ K.transpose(0, 2, 1) / np.sqrt(d)
    grad_product2 = grad_scores / np.sqrt(d)
    grad_Q = grad_product2 @ K
    grad_K = grad_product2.transpose(0, 2, 1) @ Q
    # V = (x @ Wv).reshape(T, heads, d).transpose(1, 0, 2)
    grad_product3 = grad_V.transpose(1, 0, 2).reshape(x.shape)
    grad_x = grad_product3 @ Wv.T  # (T, D)
    grad_Wv = x.T @ grad_product3  # (D, D)
    # K = (x @ Wk).reshape(T, heads, d).transpose(1, 0, 2)
    grad_product4 = grad_K.transpose(1, 0, 2).reshape(x.shape)
    grad_x += grad_product4 @ Wk.T
    grad_Wk = x.T @ grad_product4  # (D, D)
    # Q = (x @ Wq).reshape(T, heads, d).transpose(1, 0, 2)
    grad_product5 = grad_Q.transpose(1, 0, 2).reshape(x.shape)
    grad_x += grad_product5 @ Wq.T
    grad_Wq = x.T @ grad_product5  # (D, D)
    return grad_x, grad_Wq, grad_Wk, grad_Wv, grad_Wo
