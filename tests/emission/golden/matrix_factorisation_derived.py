def grad_factorisation_loss(R, mask, U, V, lam=0.1):
    """Gradients of factorisation_loss by R, U and V."""
    error = mask * (R - U @ V.T)

    # loss += 0.5 * lam * (np.sum(U**2) + np.sum(V**2))
    grad_U = lam * U
    grad_V = lam * V
    # loss = 0.5 * np.sum(error**2)
    grad_error = error
    # error = mask * (R - U @ V.T)
    grad_R = grad_error * mask
    grad_U -= grad_error * mask @ V
    grad_V += (-grad_error * mask).T @ U
    return grad_R, grad_U, grad_V
