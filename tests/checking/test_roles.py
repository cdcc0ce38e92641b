"""Who is who: outputs, gradients and what they are of, in the habits that users have."""

import textwrap

import pytest

from whygrad.checking.evidence import Hints
from whygrad.checking.measurement import measure
from whygrad.errors import NoGradientError
from whygrad.source import Source


def roles(text: str) -> tuple[str, dict[str, tuple[str, str]]]:
    evidence = measure(Source("user.py", textwrap.dedent(text).lstrip("\n")), Hints())
    return evidence.output, {c.name: (c.of, c.verdict) for c in evidence.finals}


def test_dictionaries_of_parameters_and_gradients():
    output, found = roles("""
        import numpy as np
        params = {"W": np.array([[1.0, -2.0]]), "b": np.array([0.5])}
        x = np.array([0.3, 0.7])
        out = params["W"] @ x + params["b"]
        loss = np.sum(out ** 2)
        grads = {}
        dout = 2 * out
        grads["dW"] = np.outer(dout, x)
        grads["db"] = dout
    """)
    assert output == "loss"
    assert found == {'grads["dW"]': ('params["W"]', "right"), 'grads["db"]': ('params["b"]', "right")}


def test_whole_numbers_stand_for_real_ones():
    assert roles("x = 3\ny = x**2 + 2*x\ndy_dx = 2*x + 2\n") == ("y", {"dy_dx": ("x", "right")})


def test_a_bare_gradient_finds_its_variable_by_value():
    _, found = roles("""
        import numpy as np
        b = np.array([1.0, -1.0])
        q = np.array([0.5, 0.25])
        f = q @ q - b @ q
        grad = 2 * q - b
    """)
    assert found == {"grad": ("q", "right")}


def test_staged_expressions_with_fan_out():
    output, found = roles("""
        import math
        x = 3
        y = -4
        sigy = 1.0 / (1 + math.exp(-y))
        num = x + sigy
        den = 1 + (x + y) ** 2
        f = num / den
        dnum = 1 / den
        dden = -num / den ** 2
        dx = dnum
        dx += dden * 2 * (x + y)
        dy = dden * 2 * (x + y)
        dy += dnum * (1 - sigy) * sigy
    """)
    assert output == "f" and found == {"dx": ("x", "right"), "dy": ("y", "right")}


def test_functions_called_by_the_script_with_a_random_upstream_gradient():
    output, found = roles("""
        import numpy as np
        def forward(x, w):
            return x @ w, (x, w)
        def backward(dout, cache):
            x, w = cache
            return dout @ w.T, x.T @ dout
        x, w = np.random.randn(4, 3), np.random.randn(3, 2)
        out, cache = forward(x, w)
        dout = np.random.randn(*out.shape)
        dx, dw = backward(dout, cache)
    """)
    assert output == "out" and found == {"dx": ("x", "right"), "dw": ("w", "right")}


def test_the_main_guard_and_a_numeric_gradient_beside_the_analytic_one():
    _, found = roles("""
        import numpy as np
        def f(v):
            return np.sum(v ** 3)
        if __name__ == "__main__":
            x = np.array([1.0, 2.0])
            y = f(x)
            grad_analytic = 3 * x ** 2
            h = 1e-5
            grad_numeric = np.array([(f(x + h * e) - f(x - h * e)) / (2 * h) for e in np.eye(2)])
    """)
    assert found == {"grad_analytic": ("x", "right"), "grad_numeric": ("x", "right")}


def test_a_loss_filled_in_one_loop_with_its_gradient():
    text = """
        import numpy as np
        rng = np.random.RandomState(0)
        W, X, y = rng.randn(5, 3) * 0.1, rng.randn(6, 5), np.array([0, 1, 2, 1, 0, 2])
        reg = 0.05
        dW = np.zeros(W.shape)
        loss = 0.0
        for i in range(6):
            scores = X[i].dot(W)
            for j in range(3):
                margin = scores[j] - scores[y[i]] + 1
                if j != y[i] and margin > 0:
                    loss += margin
                    dW[:, j] += X[i]
                    dW[:, y[i]] -= X[i]
        loss += reg * np.sum(W * W)
        dW += {penalty} * W
    """
    assert roles(text.format(penalty="2 * reg")) == ("loss", {"dW": ("W", "right")})
    assert roles(text.format(penalty="reg")) == ("loss", {"dW": ("W", "wrong")})


@pytest.mark.parametrize("name", ["accuracy", "lr", "n"])
def test_numbers_on_the_side_are_no_output(name):
    output, _ = roles(f"""
        import numpy as np
        w = np.array([1.0, 2.0])
        loss = np.sum(w ** 2)
        {name} = np.mean(w > 1.5) * 0.5
        dw = 2 * w
    """)
    assert output == "loss"


def test_a_nameless_gradient_is_placed_by_experiment():
    evidence = measure(
        Source(
            "user.py",
            textwrap.dedent("""
            import numpy as np
            rng = np.random.RandomState(0)
            x, W, b = rng.randn(4, 3), rng.randn(3, 2), rng.randn(2)
            g = np.tanh(x @ W + b)
            loss = np.sum(g ** 2)
            dg = 2 * g
            back = dg * (1 - g)
            dW = x.T @ back
            db = back.sum(axis=0)
            """),
        ),
        Hints(),
    )
    assert evidence.claim("back").verdict == "wrong" and evidence.claim("back").of == "x @ W + b"
    assert {c.verdict for c in evidence.finals} == {"inherited"}


MEAN_LOSS = """\
import numpy as np

class MSE:
    def forward(self, pred, target):
        self.diff = pred - target
        return np.mean(self.diff ** 2)

    def backward(self):
        return 2 * self.diff / self.diff.size
"""


def test_a_weight_of_the_driver_is_not_moved():
    evidence = measure(Source("mse.py", MEAN_LOSS), Hints())
    assert evidence.verdict == "right" and len(evidence.points) > 3


def test_a_weight_that_a_step_has_changed_is_no_output():
    output, found = roles("""
        import numpy as np
        X = np.array([[0.3, -0.7], [1.1, 0.4], [-0.2, 0.9]])
        W = np.array([[0.5], [-1.5]])

        def forward_backward(X, W):
            h = np.tanh(X @ W)
            loss = np.sum(h ** 2)
            dW = X.T @ (2 * h * (1 - h ** 2))
            return loss, dW

        for step in range(50):
            loss, dW = forward_backward(X, W)
            W -= 0.1 * dW
    """)
    assert (output, found) == ("loss", {"dW": ("W", "right")})


def test_the_output_is_meant_by_its_plain_name_alone():
    text = "y_val = -1.7\nx_val = 0.9\nout = x_val * y_val ** 2\ngrad_x = y_val ** 2\ngrad_y = {}\n"
    for formula, verdict in (("2 * x_val * y_val", "right"), ("-2 * x_val * y_val", "wrong")):
        _, found = roles(text.format(formula))
        assert found["grad_y"] == ("y_val", verdict)


def test_a_gradient_within_a_function_without_its_loss_is_named():
    text = """
import numpy as np
class Model:
    def fit(self, X, y):
        self.w = np.zeros(X.shape[1])
        for _ in range(10):
            dw = X.T @ (X @ self.w - y)
            self.w -= 0.1 * dw
m = Model()
m.fit(np.ones((3, 2)), np.ones(3))
"""
    with pytest.raises(NoGradientError, match=r"`dw` is computed within `Model.fit`") as refused:
        measure(Source("fit.py", text))
    assert "return loss, dw" in (refused.value.hint or "")


def test_what_a_cost_sums_up_is_not_the_output_though_it_is_computed_again():
    output, found = roles("""
        import numpy as np
        ratings = [(0, 0, 5.0), (1, 1, 4.0), (0, 1, 2.0)]
        p = np.array([[0.3, -0.2], [0.5, 0.1]])
        q = np.array([[1.0, 0.4], [-0.6, 0.9]])
        cost = 0.0
        for u, i, r in ratings:
            e = r - p[u] @ q[i]
            cost += e ** 2
        dp = np.zeros_like(p)
        for u, i, r in ratings:
            e = r - p[u] @ q[i]
            dp[u] += -2 * e * q[i]
    """)
    assert (output, found) == ("cost", {"dp": ("p", "right")})


def test_distances_that_the_loss_is_made_of_are_no_gradients():
    output, found = roles("""
        import numpy as np
        a, p, n = np.array([1.0, 0.2]), np.array([0.4, -0.3]), np.array([-0.5, 0.6])
        d_pos = np.sum((a - p) ** 2)
        d_neg = np.sum((a - n) ** 2)
        loss = np.maximum(0, d_pos - d_neg + 4)
        da = 2 * (n - p)
        dp = 2 * (p - a)
    """)
    assert (output, found) == ("loss", {"da": ("a", "right"), "dp": ("p", "right")})


def test_gradients_in_a_list_find_the_list_of_parameters():
    output, found = roles("""
        rows, ys = [[1.0, 2.0], [2.0, -1.0]], [3.0, 1.0]
        theta = [0.3, -0.2]
        errors = []
        for row, y in zip(rows, ys):
            errors.append(theta[0] * row[0] + theta[1] * row[1] - y)
        cost = sum(e * e for e in errors) / 2
        grads = [0.0, 0.0]
        for row, e in zip(rows, errors):
            for j in range(2):
                grads[j] += e * row[j]
    """)
    assert (output, found) == ("cost", {"grads": ("theta", "right")})


PINBALL = """
    import numpy as np
    def make_inputs():
        rng = np.random.RandomState(52)
        return dict(w=rng.randn(3), b=0.1, X=rng.randn(9, 3), y=rng.randn(9), q=0.8)
    def pinball(w, b, X, y, q):
        u = y - (X @ w + b)
        loss = np.mean(np.where(u >= 0, q * u, (q - 1) * u))
        du = np.where(u >= 0, q, q - 1) / len(y)
        return loss, {dw}, -du.{reduced}()
"""


@pytest.mark.parametrize(
    ("dw", "reduced", "verdicts"),
    [("-X.T @ du", "sum", ("right", "right")), ("X.T @ du", "mean", ("wrong", "wrong"))],
)
def test_gradients_are_computed_where_they_are_returned(dw, reduced, verdicts):
    _, found = roles(PINBALL.format(dw=dw, reduced=reduced))
    assert list(found.values()) == list(zip("wb", verdicts, strict=True))


def test_a_class_has_a_cost_and_its_gradient():
    _, found = roles("""
        import numpy as np
        def make_inputs():
            X = np.array([[1.0, 2.0], [0.5, -1.0]])
            return dict(weights=np.array([0.5, -1.0]), X=X, y=np.array([1.0, 0.0]))
        class Regression:
            def __init__(self, weights):
                self.weights = weights
            def cost(self, X, y):
                self.X, self.y = X, y
                self.predicted = 1 / (1 + np.exp(-X @ self.weights))
                return -np.mean(y * np.log(self.predicted) + (1 - y) * np.log(1 - self.predicted))
            def gradient(self):
                self.dw = self.X.T @ (self.predicted - self.y) / len(self.y)
    """)
    assert found == {"self.dw": ("weights", "right")}


def test_an_error_behind_the_loss_is_not_the_output():
    output, found = roles("""
        import numpy as np
        u, i, j = np.array([0.3, -0.5]), np.array([1.0, 0.2]), np.array([-0.4, 0.7])
        x = u @ (i - j)
        loss = -np.log(1 / (1 + np.exp(-x)))
        e = -1 / (1 + np.exp(x))
        du = e * (i - j)
        dj = -e * u
    """)
    assert (output, found) == ("loss", {"du": ("u", "right"), "dj": ("j", "right")})


@pytest.mark.parametrize("word", ["g", "grad"])
def test_numbered_gradients_without_names_leave_what_is_computed_alone(word):
    # `z2`, of the shape of the second one, is computed from S1: moved by itself it would cut S1 off.
    output, found = roles(f"""
        import numpy as np
        rng = np.random.RandomState(0)
        X, t = rng.randn(4, 3), rng.rand(4, 1)
        S0, S1 = rng.randn(3, 4), rng.randn(4, 1)
        a1 = np.tanh(X @ S0)
        z2 = a1 @ S1
        E = np.sum((z2 - t) ** 2)
        d2 = 2 * (z2 - t)
        d1 = (d2 @ S1.T) * (1 - a1 ** 2)
        {word}1 = a1.T @ d2
        {word}0 = X.T @ d1
    """)
    assert output == "E"
    assert (found[f"{word}1"], found[f"{word}0"]) == (("S1", "right"), ("S0", "right"))


UNMATCHED = """
    import numpy as np
    rng = np.random.RandomState(3)
    x, y = rng.randn(6, 3), rng.randn(6)
    coefs = rng.randn(3)
    shift = 0.3
    pred = x @ coefs + shift
    loss = np.mean((pred - y) ** 2)
    dpred = 2 * (pred - y) / len(y)
    NAME = x.T @ dpred * 2
    dshift = dpred.sum()
"""


@pytest.mark.parametrize(("name", "noted"), [("dqk7", True), ("residue", False), ("dcoefs", False)])
def test_a_gradient_that_bears_the_name_of_no_variable_is_spoken_of(name: str, noted: bool) -> None:
    text = textwrap.dedent(UNMATCHED.replace("NAME", name)).lstrip("\n")
    evidence = measure(Source("user.py", text), Hints())
    assert any(f"`{name}` was compared with nothing" in note for note in evidence.notes) is noted


def test_a_step_at_the_end_and_a_margin_named_delta_leave_a_summed_loss_the_output():
    output, found = roles("""
        import numpy as np
        X = np.array([[1.0, 2.0, 3.0], [0.5, -1.0, 2.0]])
        y = np.array([0, 2])
        W = np.array([[0.1, -0.2, 0.3], [0.2, 0.1, -0.4], [0.3, 0.2, 0.1]])
        delta = 1.0
        loss = 0.0
        dW = np.zeros_like(W)
        scores = X.dot(W)
        for i in range(2):
            for j in range(3):
                margin = scores[i, j] - scores[i, y[i]] + delta
                if j != y[i] and margin > 0:
                    loss += margin
                    dW[:, j] += X[i]
                    dW[:, y[i]] -= X[i]
        loss /= 2
        dW /= 2
        W = W - 0.1 * dW
    """)
    assert output == "loss"
    assert found == {"dW": ("W", "right")}


def test_gradients_of_what_enters_nothing_that_is_computed_are_not_judged():
    with pytest.raises(NoGradientError, match=r"`dbeta`.*`beta`.*enters nothing"):
        roles("""
            import numpy as np
            X = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 7.0]])
            gamma, beta = np.array([1.0, 1.5]), np.zeros(2)
            std = np.sqrt(X.var(axis=0) + 1e-5)
            xhat = (X - X.mean(axis=0)) / std
            dout = np.ones_like(X)
            dbeta = dout.sum(axis=0)
            dgamma = np.sum(dout * xhat, axis=0)
            g = dout * gamma
            dX = (g - g.mean(axis=0) - xhat * (g * xhat).mean(axis=0)) / std
        """)
