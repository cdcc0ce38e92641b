# zoo: single lj_energy | grad=pos
"""Lennard-Jones energy and gradient of a cluster in the plane."""
import numpy as np


def make_inputs():
    return dict(pos=np.array([[0.0, 0.1], [1.2, -0.2], [0.4, 1.3]]), eps=0.9, sig=1.1)


def lj_energy(pos, eps, sig):
    n = len(pos)
    energy = 0.0
    grad = np.zeros_like(pos)
    for i in range(n):
        for j in range(i + 1, n):
            rij = pos[i] - pos[j]
            r2 = np.sum(rij ** 2)
            s6 = (sig ** 2 / r2) ** 3
            energy += 4 * eps * (s6 ** 2 - s6)
            dEdr2 = 4 * eps * (-6 * s6 ** 2 + 3 * s6) / r2
            grad[i] += 2 * dEdr2 * rij
            grad[j] -= 2 * dEdr2 * rij
    return energy, grad
