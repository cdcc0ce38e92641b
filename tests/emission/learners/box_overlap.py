import numpy as np


def make_inputs():
    draw = np.random.default_rng(0).normal
    return dict(p=np.array([0.1, 0.2, 1.3, 1.7, 9.0]), q=np.array([0.6, 0.5, 2.0, 2.4]))


def box_overlap(p, q):
    width = max(0, min(p[2], q[2]) - max(p[0], q[0]))
    height = max(0, min(p[3], q[3]) - max(p[1], q[1]))
    inter = width * height
    area_p = (p[2] - p[0]) * (p[3] - p[1])
    area_q = (q[2] - q[0]) * (q[3] - q[1])
    return 1 - inter / (area_p + area_q - inter)
