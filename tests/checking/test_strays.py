"""Names that look like gradients of the output and are not; right and wrong twins of common habits."""

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
    try:
        assert check(text).verdict != "wrong"
    except NoGradientError:
        pass
