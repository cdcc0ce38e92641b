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
    grad_mixed_split = (grad_out @ Wo.T).reshape(T, heads, d).transpose(1, 0, 2)
    grad_Wo = mixed.T @ grad_out
    # mixed = (weights @ V).transpose(1, 0, 2).reshape(T, D)
    grad_weights = grad_mixed_split @ V.transpose(0, 2, 1)
    grad_V = weights.transpose(0, 2, 1) @ grad_mixed_split
    # weights = exps / exps.sum(axis=-1, keepdims=True)
    total = np.sum(grad_weights * weights, axis=2, keepdims=True)
    grad_product = weights * (grad_weights - total) / np.sqrt(d)
    # scores = Q @ K.transpose(0, 2, 1) / np.sqrt(d)
    grad_Q_flat = (grad_product @ K).transpose(1, 0, 2).reshape(T, D)
    grad_K_flat = (grad_product.transpose(0, 2, 1) @ Q).transpose(1, 0, 2).reshape(T, D)
    # V = (x @ Wv).reshape(T, heads, d).transpose(1, 0, 2)
    grad_V_flat = grad_V.transpose(1, 0, 2).reshape(T, D)
    grad_x = grad_V_flat @ Wv.T  # (T, D)
    grad_Wv = x.T @ grad_V_flat  # (D, D)
    # K = (x @ Wk).reshape(T, heads, d).transpose(1, 0, 2)
    grad_x += grad_K_flat @ Wk.T
    grad_Wk = x.T @ grad_K_flat  # (D, D)
    # Q = (x @ Wq).reshape(T, heads, d).transpose(1, 0, 2)
    grad_x += grad_Q_flat @ Wq.T
    grad_Wq = x.T @ grad_Q_flat  # (D, D)
    return grad_x, grad_Wq, grad_Wk, grad_Wv, grad_Wo
