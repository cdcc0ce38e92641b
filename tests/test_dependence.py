"""Units of one file that call each other: a mistake is told once, where it is; a convention is none."""

import subprocess
import sys

import pytest
from tests.test_batch import check, written

from whygrad.checking.evidence import Hints
from whygrad.dependence import Unit, reconcile
from whygrad.rendering.repairs import edits_of
from whygrad.source import Source, edited

NETWORK = """
import numpy as np

class Linear:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out) * 0.1
        self.b = np.zeros(n_out)
    def forward(self, x):
        self.x = x
        return x @ self.W + self.b
    def backward(self, grad):
        self.dW = self.x.T @ grad
        self.db = grad.sum(axis=0)
        return grad @ self.W.T

class ReLU:
    def forward(self, x):
        self.mask = x > 0
        return x * self.mask
    def backward(self, grad):
        return grad * self.mask

class SoftmaxLoss:
    def forward(self, z, y):
        z = z - z.max(axis=1, keepdims=True)
        self.p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
        self.y = y
        return -np.log(self.p[np.arange(len(y)), y]).mean()
    def backward(self):
        g = self.p.copy()
        g[np.arange(len(self.y)), self.y] -= 1
        return g / len(g)

class Network:
    def __init__(self):
        self.layers = [Linear(4, 5), ReLU(), Linear(5, 3)]
        self.loss = SoftmaxLoss()
    def forward(self, x, y):
        for layer in self.layers:
            x = layer.forward(x)
        return self.loss.forward(x, y)
    def backward(self):
        g = self.loss.backward()
        for layer in reversed(self.layers):
            g = layer.backward(g)
        return g

if __name__ == "__main__":
    np.random.seed(0)
    X, y = np.random.randn(6, 4), np.random.randint(0, 3, 6)
    net = Network()
    for step in range(100):
        loss = net.forward(X, y)
        net.backward()
"""
UNDIVIDED = NETWORK.replace("return g / len(g)", "return g")
MEANS = UNDIVIDED.replace("self.x.T @ grad", "self.x.T @ grad / len(grad)").replace(
    "grad.sum(axis=0)", "grad.mean(axis=0)"
)


def test_a_network_inherits_the_mistake_of_its_loss(tmp_path):
    """Both are wrong by themselves; with an edit in each of them the gradients would be divided twice."""
    path = written(tmp_path, UNDIVIDED)
    status, said = check(path)
    assert status == 1 and [finding["unit"] for finding in said["findings"]] == ["SoftmaxLoss"]
    assert [unit["unit"] for unit in said["units"] if unit["inherits"]] == ["Network"]
    mended = written(tmp_path, edited(UNDIVIDED, edits_of(said)))
    assert check(mended)[1]["status"] == "right"


def test_layers_that_take_the_mean_leave_the_loss_undivided(tmp_path):
    status, said = check(written(tmp_path, MEANS))
    assert status == 0 and not said["findings"]
    found = {unit["unit"]: unit["status"] for unit in said["units"]}
    assert found == {"Linear": "right", "ReLU": "right", "SoftmaxLoss": "undecided", "Network": "undecided"}
    kept = [v for v in said["variables"] if v["name"].startswith("self.layers")]
    assert len(kept) == 4 and all(v["verdict"] == "right" for v in kept)


def test_the_layers_that_take_the_mean_do_make_the_steps_of_the_mean(tmp_path):
    """By differences: what the network of the test above keeps of its first layer is the gradient."""
    measured = """
net = Network()
rng = np.random.RandomState(1)
X, y = rng.randn(6, 4), rng.randint(0, 3, 6)
layer = net.layers[0]
net.forward(X, y); net.backward()
claimed, true = layer.dW.copy(), np.zeros_like(layer.W)
for place in np.ndindex(*layer.W.shape):
    values = []
    for step in (1e-6, -2e-6):
        layer.W[place] += step
        values.append(net.forward(X, y))
    layer.W[place] += 1e-6
    true[place] = (values[0] - values[1]) / 2e-6
print(abs(claimed - true).max() / abs(true).max())
"""
    file = tmp_path / "measured.py"
    file.write_text(MEANS.partition("if __name__")[0] + measured)
    done = subprocess.run([sys.executable, str(file)], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 1e-6


@pytest.mark.parametrize(
    ("right", "wrong", "line", "unit"),
    [
        ("grad.sum(axis=0)", "grad.sum(axis=1)", "self.db", "Linear"),
        ("return grad * self.mask", "return grad", "return grad", "ReLU"),
        ("g = layer.backward(g)", "g = 2 * layer.backward(g)", "2 * layer.backward(g)", "Network"),
    ],
)
def test_a_mistake_is_told_where_it_is(tmp_path, right, wrong, line, unit):
    text = NETWORK.replace(right, wrong)
    _, said = check(written(tmp_path, text))
    assert [finding["unit"] for finding in said["findings"]] == [unit]
    assert line in text.splitlines()[said["findings"][0]["line"] - 1]


GIVEN = """
import numpy as np
class Activation:
    def __init__(self, activation, activation_prime):
        self.activation, self.activation_prime = activation, activation_prime
    def forward(self, data):
        self.data = data
        return self.activation(data)
    def backward(self, output_error):
        return self.activation_prime(self.data) * output_error
def tanh(x):
    return np.tanh(x)
def tanh_prime(x):
    return 1 - np.tanh(x)
layer = Activation(tanh, tanh_prime)
out = layer.forward(np.array([[0.3, -0.8, 0.5]]))
layer.backward(2 * out)
"""


def test_a_layer_inherits_the_mistake_of_a_function_that_it_was_given(tmp_path):
    _, said = check(written(tmp_path, GIVEN))
    assert [finding["unit"] for finding in said["findings"]] == ["tanh, tanh_prime"]
    assert [unit["unit"] for unit in said["units"] if unit["inherits"]] == ["Activation"]


def test_edits_of_a_text_that_was_read_otherwise_are_not_made_in_the_file():
    source = Source("user.py", "def f(x):\n    return g(x / 2)\ndef g(x):\n    return x\n")
    edit = {"line": 4, "before": "    return x // 1", "after": "    return 2 * x"}
    finding = {"certainty": "verified", "repair": {"edits": [edit], "verified_points": 8}, "evidence": {}}
    results = [{"status": "wrong", "findings": [finding], "variables": []} for _ in range(2)]
    units = [Unit(name, 1, Hints(forward=name)) for name in ("f", "g")]

    def judge(text, some):
        raise AssertionError("there is no edited text to judge")

    reconcile(source, units, results, judge)
    assert all(result["findings"] == [finding] for result in results)
