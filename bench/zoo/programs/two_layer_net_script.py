# zoo: script loss | dW1=W1 db1=b1 dW2=W2 db2=b2
"""Two-layer ReLU net with a softmax loss, as in the course's tutorial."""
import numpy as np

# inputs
rng = np.random.RandomState(19)
X = rng.randn(6, 4)
y = np.array([2, 0, 1, 1, 0, 2])
W1 = rng.randn(4, 5) * 0.6
b1 = rng.randn(1, 5) * 0.2
W2 = rng.randn(5, 3) * 0.6
b2 = rng.randn(1, 3) * 0.2
reg = 0.1
num_examples = X.shape[0]

# forward
hidden_layer = np.maximum(0, np.dot(X, W1) + b1)
scores = np.dot(hidden_layer, W2) + b2
exp_scores = np.exp(scores)
probs = exp_scores / np.sum(exp_scores, axis=1, keepdims=True)
data_loss = np.sum(-np.log(probs[range(num_examples), y])) / num_examples
loss = data_loss + 0.5 * reg * np.sum(W1 * W1) + 0.5 * reg * np.sum(W2 * W2)

# backward
dscores = probs.copy()
dscores[range(num_examples), y] -= 1
dscores /= num_examples
dW2 = np.dot(hidden_layer.T, dscores)
db2 = np.sum(dscores, axis=0, keepdims=True)
dhidden = np.dot(dscores, W2.T)
dhidden[hidden_layer <= 0] = 0
dW1 = np.dot(X.T, dhidden)
db1 = np.sum(dhidden, axis=0, keepdims=True)
dW2 += reg * W2
dW1 += reg * W1
