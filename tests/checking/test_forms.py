"""Pairs of functions, single functions and classes, through the driver that makes a script of them."""

import textwrap

import pytest

from whygrad.checking.evidence import Evidence, Hints
from whygrad.checking.measurement import measure
from whygrad.errors import NoGradientError, UsageError
from whygrad.source import Source


def check(text: str, **hints) -> Evidence:
    return measure(Source("user.py", textwrap.dedent(text).lstrip("\n")), Hints(**hints))


def verdicts(evidence: Evidence) -> dict[str, tuple[str, str]]:
    return {claim.name: (claim.of, claim.verdict) for claim in evidence.finals}


INPUTS = """
    import numpy as np

    def make_inputs():
        rng = np.random.RandomState(0)
        return dict(x=rng.randn(4, 3), w=rng.randn(3, 2), b=rng.randn(2), dout=rng.randn(4, 2))
"""

PAIR = (
    INPUTS
    + """
    def {forward}(x, w, b):
        out = x @ w + b
        return out, (x, w)

    def {backward}({upstream}, cache):
        x, w = cache
        dx = {upstream} @ w.T
        dw = x.T @ {upstream}
        db = {db}
        return dx, dw, db
"""
)


@pytest.mark.parametrize(
    ("forward", "backward", "upstream"),
    [
        ("affine_forward", "affine_backward", "dout"),
        ("linear", "linear_backprop", "dout"),
        ("dense_fwd", "dense_rev", "grad"),
        ("layer", "layer_grad", "upstream"),
    ],
)
def test_pairs_by_many_names(forward, backward, upstream):
    names = {"forward": forward, "backward": backward, "upstream": upstream}
    evidence = check(PAIR.format(db=f"{upstream}.sum(axis=0)", **names))
    assert verdicts(evidence) == {"dx": ("x", "right"), "dw": ("w", "right"), "db": ("b", "right")}
    evidence = check(PAIR.format(db=f"{upstream}.mean(axis=0)", **names))
    assert verdicts(evidence)["db"] == ("b", "wrong")
    assert evidence.claim("db").line == 15
    assert evidence.claim("db").mismatch.facts["constant_ratio"] == pytest.approx(1 / 4)


def test_a_pair_by_hints_with_inputs_of_the_mini_language():
    text = """
        import numpy as np
        def apply(x, k):
            return np.sin(k * x)
        def turn(up, x, k):
            return up * k * np.cos(k * x)
    """
    hints = {"forward": "apply", "backward": "turn", "upstream": "up", "input": {"x": "randn(3)", "k": "2.0"}}
    assert verdicts(check(text, **hints)) == {"dx": ("x", "right")}
    with pytest.raises(UsageError):
        check(text, forward="apply", backward="nothing")


HALVES = """
    import numpy as np
    def double_forward(x, k):
        out = 2.0 * k * x
        return out, (x, k)
    def double_backward(dout, cache):
        x, k = cache
        return 2.0 * k * dout, 2.0 * x * dout
    def shifted(x, k):
        out = x + k
        cache = (x, k)
        return out, cache
    def squared(x):
        return x * x
"""


@pytest.mark.parametrize("hint", [{"forward": "double_forward"}, {"backward": "double_backward"}])
def test_a_function_named_alone_is_taken_with_its_other_half(hint):
    assert verdicts(check(HALVES, **hint)) == {"dx": ("x", "right"), "dk": ("k", "right")}


def test_a_function_that_has_no_other_half_is_refused_and_not_called_wrong():
    with pytest.raises(UsageError, match="returns `out`, `cache`"):
        check(HALVES, forward="shifted")
    with pytest.raises(NoGradientError, match="returns one thing"):
        check(HALVES, forward="squared")


def test_a_backward_without_upstream_and_a_dictionary_of_gradients():
    evidence = check("""
        import numpy as np
        def make_inputs():
            return np.array([0.5, -1.0]), np.array([2.0, 3.0])
        def loss_forward(x, t):
            r = x - t
            return 0.5 * np.sum(r ** 2), r
        def loss_backward(r):
            return {"dx": r, "dt": r}
    """)
    found = {name.split('"')[1]: verdict for name, verdict in verdicts(evidence).items()}
    assert found == {"dx": ("x", "right"), "dt": ("t", "wrong")}


SINGLE = """
    import numpy as np

    def make_inputs():
        rng = np.random.RandomState(0)
        return dict(W=rng.randn(3, 2), X=rng.randn(5, 3), y=rng.randn(5, 2), reg=0.1)

    def ridge(W, X, y, reg):
        e = X @ W - y
        loss = np.mean(e ** 2) + reg * np.sum(W ** 2)
        dW = 2 * X.T @ e / e.size
        dW += {penalty} * W
        return loss, dW
"""


def test_a_single_function():
    assert verdicts(check(SINGLE.format(penalty="2 * reg"))) == {"dW": ("W", "right")}
    evidence = check(SINGLE.format(penalty="reg"))
    assert verdicts(evidence) == {"dW": ("W", "wrong")}
    assert evidence.claim("dW").line == 11 and evidence.output == "loss"


CLASS = """
    import numpy as np

    def make_inputs():
        rng = np.random.RandomState(0)
        return dict(x=rng.randn(4, 3), W=rng.randn(3, 2), dout=rng.randn(4, 2))

    class Dense:
        def __init__(self, {parameters}):
            self.W = {weights}
            self.grads = {{}}

        def forward(self, x):
            self.x = x
            return np.tanh(x @ self.W)

        def backward(self, dout):
            g = dout * (1 - np.tanh(self.x @ self.W) ** 2)
            self.dW = {dW}
            self.grads["W"] = self.dW
            return g @ self.W.T
"""


@pytest.mark.parametrize(
    ("parameters", "weights"), [("W", "W"), ("n=3", "np.random.RandomState(1).randn(n, 2)")]
)
def test_a_class_that_stores_gradients(parameters, weights):
    text = CLASS.format(parameters=parameters, weights=weights, dW="self.x.T @ g")
    assert verdicts(check(text)) == {
        "dx": ("x", "right"),
        "self.dW": ("W", "right"),
        'self.grads["W"]': ("W", "right"),
    }
    text = CLASS.format(parameters=parameters, weights=weights, dW="self.x.T @ dout")
    evidence = check(text)
    assert evidence.claim("self.dW").verdict == "wrong" and evidence.claim("self.dW").line == 18
    assert evidence.claim("dx").verdict == "right"


@pytest.mark.parametrize("before", ["pass", "self.dx = None"])
def test_what_only_an_untaken_branch_stores_is_not_judged(before):
    text = f"""
        import numpy as np
        class Scale:
            def __init__(self, n, debug=False):
                self.w, self.debug = np.ones(n), debug
                {before}
            def forward(self, x):
                self.x = x
                return x * self.w
            def backward(self, dout):
                dx = dout * self.w
                self.dw = (dout * self.x).sum(axis=0)
                if self.debug:
                    self.dx = dx
                return dx
        """
    assert verdicts(check(text)) == {"dx": ("x", "right"), "self.dw": ("w", "right")}


def test_inputs_that_cannot_be_found_are_asked_for():
    with pytest.raises(NoGradientError) as caught:
        check("""
            def square_forward(x):
                return x.solve(), x
            def square_backward(dout, x):
                return 2 * x * dout
        """)
    assert "`square_forward`" in str(caught.value) and "--input" in caught.value.hint


def test_inputs_are_found_and_said():
    evidence = check("""
        def square_forward(x):
            return x * x, x
        def square_backward(dout, x):
            return 2 * x * dout
    """)
    assert evidence.verdict == "right" and evidence.program.assumed == {"x": "randn(4, 3)"}


_SOFTSIGN = """
    import numpy as np
    def make_inputs():
        r = np.random.RandomState(0)
        return dict(gewichte=r.randn(3, 4), eingabe=r.randn(5, 3), fehler=r.randn(5, 4))
    class Schicht:
        def __init__(self, gewichte):
            self.gewichte = gewichte
        def vorwaerts(self, eingabe):
            self.eingabe = eingabe
            self.nenner = 1 + np.abs(eingabe @ self.gewichte)
            return eingabe @ self.gewichte / self.nenner
        def rueckwaerts(self, fehler):
            d_netto = fehler / self.nenner{power}
            self.d_gewichte = self.eingabe.T @ d_netto
            return d_netto @ self.gewichte.T
"""


@pytest.mark.parametrize(("power", "verdict"), [(" ** 2", "right"), ("", "wrong")])
def test_a_class_whose_methods_are_known_by_what_they_keep_and_read(power, verdict):
    found = verdicts(check(_SOFTSIGN.format(power=power)))
    assert found["self.d_gewichte"] == ("gewichte", verdict)
    assert found["deingabe"] == ("eingabe", verdict)


def test_a_model_that_is_fitted_is_no_layer():
    text = """
        import numpy as np
        class Model:
            def predict(self, X):
                return X @ self.w
            def fit(self, X, y):
                self.w = np.zeros(X.shape[1])
                for _ in range(10):
                    dw = X.T @ (X @ self.w - y)
                    self.w -= 0.1 * dw
                return self
    """
    with pytest.raises(NoGradientError):
        check(text)


@pytest.mark.parametrize(("factor", "verdict"), [(" * mu", "right"), ("", "inherited")])
def test_a_value_with_a_score_that_is_made_of_gradients(factor, verdict):
    text = f"""
        import numpy as np
        def make_inputs():
            r = np.random.RandomState(0)
            return dict(beta=r.randn(3) * 0.4, Z=r.randn(6, 3))
        def objective(beta, Z):
            eta = Z @ beta
            mu = np.exp(eta)
            p = np.exp(-mu)
            value = np.sum(p ** 2)
            dp = 2 * p
            deta = -dp * p{factor}
            score = Z.T @ deta
            return value, score
    """
    assert verdicts(check(text))["dbeta"] == ("beta", verdict)


def test_capitals_name_a_gradient_after_a_parameter_in_capitals():
    text = """
        import numpy as np
        def make_inputs():
            r = np.random.RandomState(0)
            return {"A": r.rand(3, 2), "X": r.rand(4, 3), "Z": r.rand(4, 2)}
        def FIT(A, X, Z):
            D = X @ A - Z
            E = np.sum(D ** 2)
            GA = 2 * X.T @ D
            return E, GA
    """
    assert verdicts(check(text))["dA"] == ("A", "right")


@pytest.mark.parametrize(
    ("mark", "fields"),
    [
        ("@dataclass", "lr: float = 0.1\n            x: np.ndarray = field(default=None, init=False)"),
        ("@dataclass(eq=False)", "x: np.ndarray = None"),
    ],
)
def test_a_dataclass_takes_its_fields(mark, fields):
    evidence = check(f"""
        from dataclasses import dataclass, field
        import numpy as np
        def make_inputs():
            r = np.random.RandomState(0)
            return dict(W=r.randn(3, 2), b=r.randn(2), x=r.randn(4, 3), dy=r.randn(4, 2))
        {mark}
        class Dense:
            W: np.ndarray
            b: np.ndarray
            {fields}
            def forward(self, x):
                self.x = x
                return x @ self.W + self.b
            def backward(self, dy):
                self.dW = self.x.T @ dy
                self.db = dy.sum(0)
                return dy @ self.W.T
    """)
    found = verdicts(evidence)
    assert found == {"self.dW": ("W", "right"), "self.db": ("b", "right"), "dx": ("x", "right")}


@pytest.mark.parametrize(
    ("made", "verdict"), [("row.shape", "right"), ("row.shape, dtype=row.dtype", "wrong")]
)
def test_a_bare_gradient_fits_an_input_of_whole_numbers(made, verdict):
    text = f"""
        import numpy as np
        def make_inputs():
            return dict(row=np.array([3, 7, 7, 2, 9, 4]), eps=0.5)
        def smooth_tv(row, eps):
            step = row[1:] - row[:-1]
            size = np.sqrt(step ** 2 + eps ** 2)
            tv = size.sum()
            grad = np.zeros({made})
            grad[1:] = grad[1:] + step / size
            grad[:-1] = grad[:-1] - step / size
            return tv, grad
    """
    assert verdicts(check(text))["grad"] == ("row", verdict)


@pytest.mark.parametrize("returned", ["acc", "p", "acc / 5", "W", "new", "2 * p"])
def test_what_a_training_step_returns_is_no_gradient(returned):
    text = f"""
        import numpy as np
        def make_inputs():
            r = np.random.RandomState(0)
            return dict(W=r.randn(3, 1), X=r.randn(5, 3), y=(r.rand(5, 1) > 0.5) * 1.0)
        def train_step(W, X, y):
            p = 1 / (1 + np.exp(-(X @ W)))
            loss = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
            dW = X.T @ (p - y) / len(y)
            W = W - 0.1 * dW
            new = W - 0.1 * dW
            acc = np.mean((p > 0.5) == y)
            return loss, {returned}
    """
    with pytest.raises(NoGradientError):
        check(text)


@pytest.mark.parametrize("returned", ["-value, -score", "value, G", "value, (p - y) / 4 @ X"])
def test_a_value_and_its_gradient_without_a_name(returned):
    sign = "-" if returned.startswith("-") else ""
    text = f"""
        import numpy as np
        def make_inputs():
            r = np.random.RandomState(0)
            return dict(w=r.randn(3), X=r.randn(4, 3), y=np.array([0.0, 1.0, 1.0, 0.0]))
        def objective(w, X, y):
            p = X @ w
            value = {sign}np.sum((p - y) ** 2) / 8
            G = X.T @ (p - y) / 4
            score = {sign}G
            return {returned}
    """
    assert verdicts(check(text))["dw"] == ("w", "right")
