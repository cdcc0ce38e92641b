def grad_kalman_step(x, P, z, F, H, grad_x_new, grad_P_new, q=0.1, r=0.5):
    """Gradients of kalman_step by x, P, z, F and H."""
    x_pred = F @ x
    P_pred = F @ P @ F.T + q * np.eye(2)
    y = z - H @ x_pred
    S = H @ P_pred @ H.T + r
    K = P_pred @ H.T / S

    # P_new = P_pred - K @ H @ P_pred
    grad_product = -grad_P_new @ P_pred.T
    grad_P_pred = grad_P_new + (K @ H).T @ -grad_P_new
    grad_K = grad_product @ H.T
    grad_H = K.T @ grad_product
    # x_new = x_pred + K @ y
    grad_K += np.outer(grad_x_new, y)
    grad_y = grad_x_new @ K
    # K = P_pred @ H.T / S
    grad_P_pred += grad_K / S @ H
    grad_H += (grad_K / S).T @ P_pred
    grad_S = -np.sum(grad_K * K, axis=0, keepdims=True) / S
    # S = H @ P_pred @ H.T + r
    grad_product2 = grad_S @ H
    grad_H += grad_S.T @ (H @ P_pred) + grad_product2 @ P_pred.T
    grad_P_pred += H.T @ grad_product2
    # y = z - H @ x_pred
    grad_H -= np.outer(grad_y, x_pred)
    grad_x_pred = grad_x_new - grad_y @ H
    # P_pred = F @ P @ F.T + q * np.eye(2)
    grad_product3 = grad_P_pred @ F
    grad_F = grad_P_pred.T @ (F @ P) + grad_product3 @ P.T
    grad_P = F.T @ grad_product3
    # x_pred = F @ x
    grad_F += np.outer(grad_x_pred, x)
    grad_x = grad_x_pred @ F
    return grad_x, grad_P, grad_y, grad_F, grad_H
