# zoo: single misfit | d_A=A d_gamma=gamma d_omega=omega d_phi=phi
"""Least squares of a damped oscillation."""
import numpy as np


def make_inputs():
    return dict(A=1.3, gamma=0.4, omega=2.1, phi=0.3, t=np.array([0.2, 0.7, 1.5, 2.6]), data=np.array([0.9, 0.1, -0.6, 0.4]))


def misfit(A, gamma, omega, phi, t, data):
    envelope = A * np.exp(-gamma * t)
    angle = omega * t + phi
    r = envelope * np.cos(angle) - data
    loss = 0.5 * np.sum(r ** 2)
    d_A = np.sum(r * np.exp(-gamma * t) * np.cos(angle))
    d_gamma = np.sum(-r * t * envelope * np.cos(angle))
    d_omega = np.sum(-r * t * envelope * np.sin(angle))
    d_phi = np.sum(-r * envelope * np.sin(angle))
    return loss, d_A, d_gamma, d_omega, d_phi
