"""Inputs of real passes that are hard to guess, each with a twin that is wrong: single vectors and columns,
unrolled parameters of two layers, windows in columns, what draws random numbers."""

import textwrap

import pytest

from whygrad.checking.measurement import measure
from whygrad.source import Source

CASES = {
    "a softmax over one column, with the Jacobian made of its transpose": """
        import numpy as np
        class Softmax:
            def forward(self, inp):
                t = np.exp(inp - inp.max())
                self.output = t / np.sum(t)
                return self.output
            def backward(self, output_gradient, learning_rate):
                n = np.size(self.output)
                jacobian = (np.identity(n) - self.output.T) * self.output
                return np.dot(jacobian, output_gradient)<<|| * 2>>
    """,
    "a cell of vectors with outer products": """
        import numpy as np
        def cell_forward(x, h_prev, W, U, b):
            r = 1 / (1 + np.exp(-(W @ x + b)))
            h = np.tanh(U @ (r * h_prev) + b)
            return h, (x, h_prev, r, h, W, U)
        def cell_backward(dh, cache):
            x, h_prev, r, h, W, U = cache
            da = dh * (1 - h ** 2)
            dU = np.outer(da, r * h_prev)
            drh = U.T @ da
            dar = drh * h_prev * r * (1 - r)
            dW = np.outer(dar, <<x||2 * x>>)
            db = da + dar
            dx, dh_prev = W.T @ dar, drh * r
            return dx, dh_prev, dW, dU, db
    """,
    "a table whose gradient is set to zero in place": """
        import numpy as np
        class Embedding:
            def __init__(self, vocab, dim):
                self.W = np.random.randn(vocab, dim) * 0.1
                self.dW = np.zeros_like(self.W)
            def forward(self, idx):
                self.idx = idx
                return self.W[idx]
            def backward(self, dout):
                self.dW[...] = 0
                <<np.add.at(self.dW, self.idx, dout)||self.dW[self.idx] += dout>>
                return None
    """,
    "two layers in one vector, of sizes that are parameters": """
        import numpy as np
        def sigmoid(z):
            return 1 / (1 + np.exp(-z))
        def nn_cost(nn_params, n_in, n_hidden, n_labels, X, y, lam):
            m = X.shape[0]
            split = n_hidden * (n_in + 1)
            Theta1 = nn_params[:split].reshape(n_hidden, n_in + 1)
            Theta2 = nn_params[split:].reshape(n_labels, n_hidden + 1)
            a1 = np.hstack([np.ones((m, 1)), X])
            a2 = np.hstack([np.ones((m, 1)), sigmoid(a1 @ Theta1.T)])
            h = sigmoid(a2 @ Theta2.T)
            Y = np.eye(n_labels)[y]
            J = -np.sum(Y * np.log(h) + (1 - Y) * np.log(1 - h)) / m
            J += lam / (2 * m) * np.sum(Theta1[:, 1:] ** 2)
            delta3 = h - Y
            delta2 = (delta3 @ Theta2)[:, 1:] * a2[:, 1:] * (1 - a2[:, 1:])
            Theta1_grad = delta2.T @ a1 / m
            Theta2_grad = delta3.T @ a2 / m
            Theta1_grad[:, 1:] += <<lam / m||lam>> * Theta1[:, 1:]
            return J, np.concatenate([Theta1_grad.ravel(), Theta2_grad.ravel()])
    """,
    "a convolution whose windows are columns, of counts that are parameters": """
        import numpy as np
        class Conv:
            def __init__(self, filters, kernel, channels):
                self.W = np.random.randn(filters, channels, kernel, kernel)
                self.k = kernel
            def forward(self, X):
                self.shape = X.shape
                n, c, h, w = X.shape
                k, rows, cols = self.k, h - self.k + 1, w - self.k + 1
                self.cols = np.zeros((c * k * k, n * rows * cols))
                places = [(m, i, j) for m in range(n) for i in range(rows) for j in range(cols)]
                for at, (m, i, j) in enumerate(places):
                    self.cols[:, at] = X[m, :, i : i + k, j : j + k].reshape(-1)
                self.places = places
                out = self.W.reshape(len(self.W), -1) @ self.cols
                return out.reshape(len(self.W), n, rows, cols).transpose(1, 0, 2, 3)
            def backward(self, dout):
                d = dout.transpose(1, 0, 2, 3).reshape(len(self.W), -1)
                self.dW = (d @ self.cols.T).reshape(self.W.shape)
                back, k = self.W.reshape(len(self.W), -1).T @ d, self.k
                dX = np.zeros(self.shape)
                for at, (m, i, j) in enumerate(self.places):
                    dX[m, :, i : i + k, j : j + k] <<+=||=>> back[:, at].reshape(-1, k, k)
                return dX
    """,
    "a layer that is given what draws its weights": """
        import numpy as np
        class Linear:
            def __init__(self, n_in, n_out, rng):
                self.weight = rng.normal(0, np.sqrt(2 / n_in), (n_out, n_in))
                self.bias = rng.uniform(-1, 1, n_out)
            def forward(self, x):
                self.x = x
                return x @ self.weight.T + self.bias
            def backward(self, grad):
                self.grad_weight = grad.T @ self.x
                self.grad_bias = grad.<<sum||mean>>(axis=0)
                return grad @ self.weight
    """,
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("wrong", [False, True])
def test_a_pass_is_judged_with_found_inputs(case: str, wrong: bool) -> None:
    before, rest = CASES[case].split("<<")
    inner, after = rest.split(">>")
    text = textwrap.dedent(before + inner.split("||")[wrong] + after)
    evidence = measure(Source("layer.py", text))
    assert evidence.verdict == ("wrong" if wrong else "right")


def test_what_alone_is_returned_is_the_gradient_of_the_input_whatever_its_name_is():
    text = textwrap.dedent("""
        import numpy as np
        class Pad:
            def __init__(self, pad=1):
                self.pad = pad
            def forward(self, X):
                Xp = np.pad(X, self.pad)
                self.kept = Xp
                return Xp ** 2
            def backward(self, dout):
                dXp = dout * 2 * self.kept
                if self.pad:
                    return dXp[self.pad : -self.pad, self.pad : -self.pad]
                return dXp
    """)
    wrong = text.replace("dout * 2 * self.kept", "dout * self.kept")
    for code, verdict in ((text, "right"), (wrong, "wrong")):
        evidence = measure(Source("pad.py", code))
        assert [(claim.of, claim.verdict) for claim in evidence.finals] == [("X", verdict)]
