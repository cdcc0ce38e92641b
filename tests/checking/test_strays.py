"""Names that look like gradients of the output and are not; right and wrong twins of common habits."""

import contextlib
import re
import textwrap

import pytest

from whygrad.checking.evidence import Evidence
from whygrad.checking.measurement import measure
from whygrad.errors import NoGradientError
from whygrad.source import Source


def check(text: str) -> Evidence:
    return measure(Source("user.py", textwrap.dedent(text).lstrip("\n")))


def twin(text: str, wrong: bool) -> str:
    """Of `<<wrong||right>>` one side."""
    return re.sub(r"<<(.*?)\|\|(.*?)>>", lambda match: match[1 if wrong else 2], text)


CASES = {
    "the slope of an array, from which a gradient is made by a trace": """
        import numpy as np
        x = np.array([-1.5, 0.3, 1.1])
        y = np.array([0.2, 0.4, -0.8])
        length = 0.9
        square = (x[:, None] - x[None, :]) ** 2
        K = np.exp(-0.5 * square / length ** 2) + 0.1 * np.eye(3)
        lml = -0.5 * y @ np.linalg.inv(K) @ y - 0.5 * np.linalg.slogdet(K)[1]
        alpha = np.linalg.solve(K, y)
        dK_dlength = np.exp(-0.5 * square / length ** 2) * square / length ** <<2||3>>
        d_length = 0.5 * np.trace((np.outer(alpha, alpha) - np.linalg.inv(K)) @ dK_dlength)
    """,
    "differences that the force loop computes once more": """
        import numpy as np
        pos = np.array([[0.0, 0.1], [1.2, -0.3], [0.4, 1.5]])
        q = np.array([1.0, -0.6, 0.8])
        U = 0.0
        for i in range(3):
            for j in range(i):
                dr = pos[i] - pos[j]
                r = np.sqrt(dr @ dr)
                U += q[i] * q[j] / r
        grad_pos = np.zeros_like(pos)
        for i in range(3):
            for j in range(i):
                dr = pos[i] - pos[j]
                r = np.sqrt(dr @ dr)
                pull = -q[i] * q[j] / r ** <<2||3>>
                grad_pos[i] += pull * dr
                grad_pos[j] -= pull * dr
    """,
    "distances along the axes": """
        import math
        x, y = [0.0, 1.1, 0.5], [0.2, -0.4, 0.9]
        energy = 0.0
        for a, b in [(0, 1), (1, 2)]:
            dx, dy = x[a] - x[b], y[a] - y[b]
            energy += 2.0 * (math.sqrt(dx * dx + dy * dy) - 0.8) ** 2
        x_grad, y_grad = [0.0] * 3, [0.0] * 3
        for a, b in [(0, 1), (1, 2)]:
            dx, dy = x[a] - x[b], y[a] - y[b]
            d = math.sqrt(dx * dx + dy * dy)
            k = <<2.0||4.0>> * (d - 0.8) / d
            x_grad[a] += k * dx
            x_grad[b] -= k * dx
            y_grad[a] += k * dy
            y_grad[b] -= k * dy
    """,
    "local derivatives": """
        x, w, b = 1.5, -0.7, 0.2
        z = w * x + b
        y = z ** 2
        L = 0.5 * (y - 1.0) ** 2
        dL_dy = y - 1.0
        dy_dz = <<z||2 * z>>
        dz_dw = x
        dz_db = 1
        dL_dw = dL_dy * dy_dz * dz_dw
        dL_db = dL_dy * dy_dz * dz_db
    """,
    "an output by another name": """
        import numpy as np
        x, w = np.array([1.0, 2.0, -1.0]), np.array([0.3, -0.2, 0.5])
        z = np.dot(w, x)
        a = 1 / (1 + np.exp(-z))
        loss = (a - 1.0) ** 2
        dlda = <<1||2>> * (a - 1.0)
        dadz = a * (1 - a)
        dzdw = x
        dldw = dlda * dadz * dzdw
    """,
    "quotients without underscores": """
        x, y, z = -2.0, 5.0, -4.0
        q = x + y
        f = q * z
        dfdz = q
        dfdq = z
        dfdx = 1.0 <<+||*>> dfdq
        dfdy = 1.0 * dfdq
    """,
    "derivatives of a simulation": """
        dt, x0 = 0.1, 1.0
        x, v = x0, 0.0
        dx_dx0, dv_dx0 = 1.0, 0.0
        for step in range(4):
            x, v = x + dt * v, v - dt * x
            dx_dx0, dv_dx0 = dx_dx0 + dt * dv_dx0, dv_dx0 - dt * <<x||dx_dx0>>
    """,
    "a timing variable": """
        import time
        t0 = time.time()
        w, x = 0.5, 2.0
        loss = (w * x) ** 2
        dw = 2 * w * x * <<w||x>>
        dt = time.time() - t0
    """,
    "steps of an optimiser": """
        import numpy as np
        A, w = np.arange(6.0).reshape(3, 2) - 2.2, np.array([0.4, -1.1])
        loss = np.sum((A @ w - 1.0) ** 2)
        grad_w = 2 * A.T @ (A @ w <<+||->> 1.0)
        m = 0.1 * grad_w
        v = 0.001 * grad_w ** 2
        dw = -0.01 * m / (np.sqrt(v) + 1e-8)
        w = w + dw
    """,
    "a history of losses": """
        w, b, losses = 0.5, 0.0, []
        for epoch in range(20):
            e = 2.0 * w + b - 3.0
            loss = e ** 2
            losses.append(loss)
            dw = 2 * e * <<1.0||2.0>>
            db = 2 * e
            w -= 0.05 * dw
            b -= 0.05 * db
    """,
    "one letter": """
        import numpy as np
        A, x = np.arange(6.0).reshape(3, 2) - 2.2, np.array([0.4, -1.1])
        r = A @ x - 1.0
        f = 0.5 * r @ r
        g = A.T @ <<(r + 1.0)||r>>
        x_new = x - 0.01 * g
    """,
    "globals of a function": """
        import numpy as np
        W = np.array([[0.3, -0.2], [0.1, 0.5]])
        def loss_and_gradient(x):
            h = np.tanh(W @ x)
            return np.sum(h ** 2), np.outer(2 * h * (1 - h <<||** 2>>), x)
        loss, dW = loss_and_gradient(np.array([1.0, -0.7]))
    """,
    "a main function": """
        import math
        def sigmoid(z):
            return 1.0 / (1.0 + math.exp(-z))
        def main():
            x, w = 0.7, -1.2
            a = sigmoid(w * x)
            loss = -math.log(a)
            dw = -(1 - a) * <<w||x>>
            return dw
        if __name__ == "__main__":
            main()
    """,
    "a force": """
        import numpy as np
        x, k = np.array([0.1, 1.3, 2.1]), 3.0
        energy = 0.5 * k * np.sum((x[1:] - x[:-1] - 1.0) ** 2)
        stretch = x[1:] - x[:-1] - 1.0
        force = np.zeros(3)
        force[:-1] += k * stretch
        force[1:] <<+=||-=>> k * stretch
    """,
    "energy and forces of one function": """
        import numpy as np
        def make_inputs():
            return dict(pos=np.array([[0.0, 0.1], [1.1, 0.2]]), k=2.0)
        def energy_and_forces(pos, k):
            d = pos[0] - pos[1]
            r = np.sqrt(np.sum(d ** 2))
            f = -k * (r - 1.0) * d <<||/ r>>
            return 0.5 * k * (r - 1.0) ** 2, np.array([f, -f])
    """,
    "energy and forces by two functions": """
        import numpy as np
        def make_inputs():
            return dict(r=np.array([0.4, 1.1]))
        def potential_energy(r):
            return np.sum(r ** 4)
        def forces(r):
            return <<||->>4 * r ** 3
    """,
    "a helper beside cost and gradient": """
        import numpy as np
        def make_inputs():
            return dict(w=np.array([0.2, -0.4]), X=np.array([[1.0, 2.0], [3.0, -1.0]]), y=np.ones(2) / 3)
        def sigmoid(z):
            return 1 / (1 + np.exp(-z))
        def cost_and_grad(w, X, y):
            a = sigmoid(X @ w)
            cost = -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))
            return cost, X.T @ (<<a||a - y>>) / len(y)
    """,
    "gradients before the cost": """
        import numpy as np
        def make_inputs():
            return dict(W=np.eye(2) * 0.3, b=np.array([0.2, -0.1]), X=np.array([[1.0, 2.0], [3.0, -1.0]]))
        def propagate(W, b, X):
            A = np.tanh(X @ W + b)
            cost = np.sum(A ** 2)
            dZ = 2 * A * (1 - A ** 2)
            return {"dW": X.T @ dZ, "db": dZ.sum(axis=<<1||0>>)}, cost
    """,
    "a method that returns loss and gradients": """
        import numpy as np
        def make_inputs():
            return dict(X=np.array([[1.0, 2.0], [3.0, -1.0]]), y=np.array([0.5, -0.5]))
        class Model:
            def __init__(self):
                self.W = np.array([0.3, -0.2])
            def loss(self, X, y):
                e = X @ self.W - y
                dW = <<||2 *>> X.T @ e
                return np.sum(e ** 2), dW
    """,
    "the layer with example inputs": """
        import numpy as np
        def make_inputs():
            return dict(x=np.array([0.4, -0.7]), dout=np.array([1.0, 0.5]))
        class Linear:
            def __init__(self, n_in):
                self.W = np.ones((n_in, 2))
            def forward(self, x):
                self.x = x
                return x @ self.W
            def backward(self, dout):
                return dout @ self.W.T
        class Sigmoid:
            def forward(self, x):
                self.out = 1 / (1 + np.exp(-x))
                return self.out
            def backward(self, dout):
                return dout * self.out <<||* (1 - self.out)>>
    """,
    "local derivatives of a value that goes by another name": """
        import numpy as np
        def slope(z):
            return 1 - np.tanh(z) ** 2
        x, target, w1, w2 = 0.7, 0.2, 0.4, -0.8
        h = np.tanh(w1 * x)
        o = np.tanh(w2 * h)
        loss = (target - o) ** 2
        d_L_d_pred = -2 * (target - o)
        d_pred_d_w2 = h * slope(w2 * h)
        d_pred_d_h = w2 * slope(<<o||w2 * h>>)
        d_h_d_w1 = x * slope(w1 * x)
        d_w1 = d_L_d_pred * d_pred_d_h * d_h_d_w1
        d_w2 = d_L_d_pred * d_pred_d_w2
    """,
    "the change of an energy, an array": """
        import numpy as np
        r = np.array([[0.0, 0.1], [1.0, 0.2], [0.6, 1.1]])
        d = r[1:] - r[:-1]
        energy = 0.5 * np.sum(d ** 2)
        force = np.zeros((3, 2))
        force[1:] += d
        force[:-1] <<+||->>= d
        dE = force
    """,
    "a hidden state of a loop beside the first one": """
        import numpy as np
        n_hidden = 2
        w, u, h_first = np.array([[0.4, -0.3], [0.2, 0.6]]), np.array([0.5, -1.0]), np.zeros((n_hidden, 1))
        xs = [0.3, -0.8, 1.1]
        h, loss = {}, 0
        h[-1] = np.copy(h_first)
        for t in range(3):
            h[t] = np.tanh(w @ h[t - 1] + u[:, None] * xs[t])
            loss += np.sum(h[t] ** 2)
        dw, du, dhnext = np.zeros_like(w), np.zeros_like(u), np.zeros_like(h[0])
        for t in reversed(range(3)):
            dh = 2 * h[t] <<||+ dhnext>>
            draw = dh * (1 - h[t] ** 2)
            dw += draw @ h[t - 1].T
            du += draw[:, 0] * xs[t]
            dhnext = w.T @ draw
    """,
    "weights whose letter the gradient leaves out": """
        import numpy as np
        rng = np.random.RandomState(0)
        x, w_ih, w_ho, goal = rng.randn(3), rng.randn(2, 3), rng.randn(4, 2), rng.randn(4)
        hid = np.tanh(w_ih @ x)
        E = 0.5 * np.sum((w_ho @ hid - goal) ** 2)
        error = w_ho @ hid - goal
        g_ho = np.outer(error, hid)
        g_ih = np.outer((w_ho.T @ error) * (1 - hid<<|| ** 2>>), x)
    """,
    "D_m of a line": """
        import numpy as np
        x, y = np.array([1.0, 2.0, 3.0]), np.array([2.1, 3.9, 6.2])
        m, c = 0.5, 0.1
        loss = np.mean((y - m * x - c) ** 2)
        D_m = -2 / 3 * np.sum(x * (y - m * x - c))
        D_c = -<<1||2>> / 3 * np.sum(y - m * x - c)
    """,
    "entries of a dictionary that are returned": """
        import numpy as np
        def make_inputs():
            return dict(X=np.array([[1.0, 2.0], [3.0, -1.0]]), W=np.eye(2) * 0.3, b=np.array([0.2, -0.1]))
        def net(X, W, b):
            A = np.tanh(X @ W + b)
            loss = np.sum(A ** 2)
            grads = {}
            dZ = 2 * A * (1 - A ** 2)
            grads["W"] = X.T @ dZ
            grads["b"] = dZ.sum(axis=<<1||0>>)
            return loss, grads["W"], grads["b"]
    """,
}


@pytest.mark.parametrize("name", CASES)
def test_right_code_is_right_and_its_wrong_twin_is_not(name):
    assert check(twin(CASES[name], wrong=False)).verdict == "right"
    assert check(twin(CASES[name], wrong=True)).verdict == "wrong"


def test_local_derivatives_are_no_claims():
    evidence = check(twin(CASES["local derivatives"], wrong=False))
    assert {c.name for c in evidence.finals} == {"dL_dw", "dL_db"} and evidence.output == "L"


def test_a_gradient_divided_twice_is_no_step():
    evidence = check("""
        import numpy as np
        A, w = np.arange(6.0).reshape(3, 2) - 2.2, np.array([0.4, -1.1])
        loss = np.mean((A @ w) ** 2)
        grad_w = 2 * A.T @ (A @ w) / 3
        dw = grad_w / 3
    """)
    assert evidence.claim("grad_w").verdict == "right" and evidence.claim("dw").verdict == "wrong"


@pytest.mark.parametrize(
    "text",
    [
        "import numpy as np\nx = np.linspace(0, 1, 5)\ndx = x[1] - x[0]\ndudx = np.gradient(x ** 2, dx)\n",
        "dt = 0.1\nx, v = 1.0, 0.0\nfor i in range(5):\n    dxdt = v\n    dvdt = -x\n    x += dt * dxdt\n"
        "    v += dt * dvdt\n",
    ],
)
def test_no_alarm_on_grids_and_simulations(text):
    with contextlib.suppress(NoGradientError):
        assert check(text).verdict != "wrong"


def test_a_backward_function_of_a_loss_that_nothing_computes_is_refused():
    with pytest.raises(NoGradientError, match="takes `y`"):
        check("""
            import numpy as np
            def make_inputs():
                return dict(x=np.array([0.4, -0.7]), w=2.0, y=np.array([1.0, 0.5]))
            def net_forward(x, w):
                return w * x
            def net_backward(x, w, y):
                return np.sum((w * x - y) * x)
        """)


ELEVEN_LINES = """
import numpy as np
def squash(x, deriv=False):
    return x * (1 - x) if deriv else 1 / (1 + np.exp(-x))
X = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])
y = np.array([[0], [1], [1], [0]])
np.random.seed(3)
first, second = np.random.randn(3, 4), np.random.randn(4, 1)
for step in range(5000):
    hidden = squash(np.dot(X, first))
    guess = squash(np.dot(hidden, second))
    guess_error = y - guess
    guess_delta = guess_error * squash(guess, deriv=True)
    hidden_delta = guess_delta.dot(second.T) * squash(hidden, deriv=True)
    second += hidden.T.dot(guess_delta)
    first += X.T.dot(hidden_delta)
"""


def test_a_delta_is_of_what_the_activation_is_taken_of():
    """Neither the loss nor that has a name in such a script, which is right: nothing is accused."""
    assert measure(Source("net.py", ELEVEN_LINES)).verdict == "undecided"
