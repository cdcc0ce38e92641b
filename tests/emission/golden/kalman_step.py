import numpy as np


def make_inputs():
    draw = np.random.default_rng(0).normal
    return dict(
        x=draw(size=2),
        P=np.eye(2) * 1.5,
        z=draw(size=1),
        F=draw(size=(2, 2)),
        H=draw(size=(1, 2)),
    )


def kalman_step(x, P, z, F, H, q=0.1, r=0.5):
    x_pred = F @ x
    P_pred = F @ P @ F.T + q * np.eye(2)
    y = z - H @ x_pred
    S = H @ P_pred @ H.T + r
    K = P_pred @ H.T / S
    x_new = x_pred + K @ y
    P_new = P_pred - K @ H @ P_pred
    return x_new, P_new
