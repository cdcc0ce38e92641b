def grad_causal_attention(x, Wqkv, grad_out, mask=None):
    """Gradients of causal_attention by x and Wqkv."""
    q, k, v = np.split(x @ Wqkv, 3, axis=-1)
    scores = q @ k.T / np.sqrt(q.shape[-1])
    if mask is not None:
        scores = np.where(mask == 0, -1e9, scores)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    p = e / e.sum(axis=-1, keepdims=True)

    # return p @ v
    grad_p = grad_out @ v.T
    grad_v = p.T @ grad_out
    # p = e / e.sum(axis=-1, keepdims=True)
    grad_scores = p * (grad_p - np.sum(grad_p * p, axis=1, keepdims=True))
    if mask is not None:
        # scores = np.where(mask == 0, -1e9, scores)
        grad_scores = np.where(mask != 0, grad_scores, 0)
    # scores = q @ k.T / np.sqrt(q.shape[-1])
    grad_scores_scaled = grad_scores / np.sqrt(q.shape[-1])
    grad_q = grad_scores_scaled @ k
    grad_k = grad_scores_scaled.T @ q
    # q, k, v = np.split(x @ Wqkv, 3, axis=-1)
    grad_whole = np.concatenate([grad_q, grad_k, grad_v], axis=-1)
    grad_x = grad_whole @ Wqkv.T
    grad_Wqkv = x.T @ grad_whole
    return grad_x, grad_Wqkv
