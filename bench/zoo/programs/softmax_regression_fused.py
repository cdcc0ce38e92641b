# zoo: script loss | dW=W db=b
"""Softmax classifier on integer labels, loss and softmax fused."""
import numpy as np

# inputs
rng = np.random.RandomState(7)
X = rng.randn(6, 4)
y = np.array([0, 2, 1, 1, 2, 0])
W = 0.5 * rng.randn(4, 3)
b = 0.1 * rng.randn(3)
reg = 0.15
N = X.shape[0]

# forward
scores = np.dot(X, W) + b
exp_scores = np.exp(scores)
probs = exp_scores / np.sum(exp_scores, axis=1, keepdims=True)
correct_logprobs = -np.log(probs[range(N), y])
data_loss = np.sum(correct_logprobs) / N
reg_loss = 0.5 * reg * np.sum(W * W)
loss = data_loss + reg_loss

# backward
dscores = probs.copy()
dscores[range(N), y] -= 1
dscores /= N
dW = np.dot(X.T, dscores)
db = np.sum(dscores, axis=0)
dW += reg * W
