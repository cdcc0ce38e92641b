import numpy as np


def make_inputs():
    draw = np.random.default_rng(0).normal
    return dict(A=np.abs(draw(size=(4, 5))), cap=1.7)


def capped_rows(A, cap):
    N, M = A.shape
    total = 0.0
    for i in range(N):
        acc = 0.0
        for j in range(M):
            acc += A[i, j] ** 2
            if acc > cap:
                break
        total += acc * np.sin(A[i, 0])
    return total
