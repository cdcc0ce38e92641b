# zoo: script loss | dWq=Wq dWk=Wk dWv=Wv dX=X
"""One head of self-attention and a weighted sum as the loss."""
import numpy as np

# inputs
rng = np.random.RandomState(60)
X = rng.randn(4, 3)
Wq = rng.randn(3, 2)
Wk = rng.randn(3, 2)
Wv = rng.randn(3, 5)
weights = rng.randn(4, 5)

# forward
Q = X @ Wq
K = X @ Wk
V = X @ Wv
scale = 1 / np.sqrt(Q.shape[1])
S = Q @ K.T * scale
E = np.exp(S - S.max(axis=1, keepdims=True))
A = E / E.sum(axis=1, keepdims=True)
O = A @ V
loss = np.sum(O * weights)

# backward
dO = weights
dV = A.T @ dO
dA = dO @ V.T
dS = A * (dA - np.sum(dA * A, axis=1, keepdims=True))
dQ = dS @ K * scale
dK = dS.T @ Q * scale
dWq = X.T @ dQ
dWk = X.T @ dK
dWv = X.T @ dV
dX = dQ @ Wq.T + dK @ Wk.T + dV @ Wv.T
