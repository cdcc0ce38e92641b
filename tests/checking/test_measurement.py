"""The checker against liars and against the innocent, in the forms that users write."""

import textwrap

import pytest

from whygrad.checking.evidence import Evidence, Failure, Hints
from whygrad.checking.measurement import measure
from whygrad.errors import NoGradientError, UsageError
from whygrad.source import Source


def check(text: str, **hints) -> Evidence:
    return measure(Source("user.py", textwrap.dedent(text).lstrip("\n")), Hints(**hints))


def verdicts(evidence: Evidence) -> dict[str, str]:
    return {claim.name: claim.verdict for claim in evidence.finals}


NEURON = """
    import math
    w = [2, -3, -3]
    x = [-1, -2]
    p = w[0]*x[0] + w[1]*x[1] + w[2]
    a = 1/(1 + math.exp(-p))
    dp = (1 - a)*a
    dx = [w[0]*dp, {second}*dp]
    dw = [x[0]*dp, x[1]*dp, {bias}*dp]
"""

LAYER = """
    import numpy as np
    rng = np.random.RandomState(0)
    x, w, b = rng.randn(4, 3), rng.randn(3, 2), rng.randn(2)
    t = rng.randn(4, 2)
    z = x @ w + b
    loss = np.sum((np.tanh(z) - t) ** 2)
    dz = 2 * (np.tanh(z) - t) * (1 - np.tanh(z) ** 2)
    dw = {dw}
    db = {db}
"""


def test_a_right_neuron_is_right():
    evidence = check(NEURON.format(second="w[1]", bias="1"))
    assert verdicts(evidence) == {"dx": "right", "dw": "right"}
    assert evidence.output == "a" and evidence.verdict == "right"
    assert evidence.points[0].label == "given" and len(evidence.points) == 8


def test_a_slip_that_the_given_numbers_hide_is_wrong():
    evidence = check(NEURON.format(second="w[2]", bias="1"))
    claim = evidence.claim("dx")
    assert claim.verdict == "wrong" and claim.right_at_given_inputs
    assert claim.agreements[0] is True and claim.mismatch.entry == (1,)
    assert evidence.claim("dw").verdict == "right"


@pytest.mark.parametrize("factor", ["1.001", "1.000001"])
def test_a_liar_by_a_little_is_found(factor):
    evidence = check(LAYER.format(dw=f"{factor} * x.T @ dz", db="dz.sum(axis=0)"))
    assert verdicts(evidence) == {"dw": "wrong", "db": "right"}
    assert evidence.claim("dw").mismatch.facts["constant_ratio"] == pytest.approx(float(factor), rel=1e-8)


def test_a_liar_in_one_entry_is_found_there():
    evidence = check(
        LAYER.format(
            dw="x.T @ dz + 1e-4 * np.eye(3, 2)[[1, 0, 2]] * [[1, 0], [0, 0], [0, 0]]", db="dz.sum(0)"
        )
    )
    assert verdicts(evidence)["dw"] == "right"  # the mask leaves nothing of the lie
    evidence = check(LAYER.format(dw="x.T @ dz + np.array([[0, 0], [0, 1e-4], [0, 0]])", db="dz.sum(0)"))
    assert evidence.claim("dw").mismatch.entry == (1, 1)
    assert evidence.claim("dw").mismatch.wrong_entries == 1


def test_a_liar_away_from_the_given_point_is_found():
    evidence = check("""
        x = 1.0
        y = x ** 3
        dx = 3 * x
    """)
    claim = evidence.claim("dx")
    assert claim.verdict == "wrong" and claim.right_at_given_inputs


def test_shapes_come_before_values():
    evidence = check(LAYER.format(dw="x.T @ dz", db="dz"))
    facts = evidence.claim("db").mismatch.facts
    assert facts["same_shape"] is False and facts["missing_sum_axis"] == 0
    evidence = check(LAYER.format(dw="(x.T @ dz).T", db="dz.sum(axis=0)"))
    assert evidence.claim("dw").mismatch.facts["transposed"]
    evidence = check(LAYER.format(dw="x.T @ dz", db="dz.sum(axis=0, keepdims=True)"))
    assert evidence.claim("db").verdict == "wrong"


def test_a_factor_that_later_lines_undo_is_right():
    evidence = check("""
        import numpy as np
        rng = np.random.RandomState(1)
        X, W, b = rng.randn(3, 6), rng.randn(1, 3), rng.randn(1, 1)
        Y = np.array([[1., 0., 1., 1., 0., 0.]])
        m = X.shape[1]
        Z = W @ X + b
        A = 1 / (1 + np.exp(-Z))
        cost = -np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A)) / m
        dZ = A - Y
        dW = dZ @ X.T / m
        db = dZ.sum(axis=1, keepdims=True) / m
    """)
    assert verdicts(evidence) == {"dW": "right", "db": "right"}
    assert evidence.claim("dZ").verdict == "right" and "factor 6" in evidence.claim("dZ").note


def test_fused_softmax_is_right_and_its_unfused_slip_is_placed():
    text = """
        import numpy as np
        rng = np.random.RandomState(2)
        W = rng.randn(3, 4)
        x = rng.randn(5, 3)
        y = np.array([0, 3, 1, 1, 2])
        s = x @ W
        p = np.exp(s - s.max(axis=1, keepdims=True))
        p = p / p.sum(axis=1, keepdims=True)
        loss = -np.log(p[np.arange(5), y]).sum()
        ds = p.copy()
        ds[np.arange(5), y] -= {one}
        dW = x.T @ ds
    """
    assert verdicts(check(text.format(one=1))) == {"dW": "right"}
    evidence = check(text.format(one=2))
    assert evidence.claim("ds").verdict == "wrong" and evidence.claim("dW").verdict == "inherited"


def test_a_step_and_a_clipped_gradient_are_no_lies():
    text = """
        import numpy as np
        lr = 0.1
        w = np.array([1.0, -2.0])
        loss = np.sum(w ** 4)
        dw = 4 * w ** 3
        dw = -lr * dw
    """
    assert verdicts(check(text)) == {"dw": "right"}


def test_an_update_at_the_end_is_no_lie():
    evidence = check("""
        import numpy as np
        w = np.array([1.0, -2.0])
        loss = np.sum(w ** 4)
        grad_w = 4 * w ** 3
        w -= 0.1 * grad_w
    """)
    assert verdicts(evidence) == {"grad_w": "right"}


def test_an_allowed_choice_at_a_kink_is_right_and_a_tie_counted_twice_is_wrong():
    relu = """
        import numpy as np
        x = np.array([0.0, 1.0, -2.0])
        y = np.sum(np.maximum(x, 0) * np.array([1.0, 2.0, 3.0]))
        dx = np.array([1.0, 2.0, 3.0]) * (x {sign} 0)
    """
    for sign in (">", ">="):
        evidence = check(relu.format(sign=sign))
        assert verdicts(evidence) == {"dx": "right"}, sign
    tie = """
        import numpy as np
        x = np.array([2.0, 2.0, 1.0])
        top = np.max(x)
        dx = {dx}
    """
    assert verdicts(check(tie.format(dx="(x == top) / np.sum(x == top)"))) == {"dx": "right"}
    assert verdicts(check(tie.format(dx="np.eye(3)[np.argmax(x)]"))) == {"dx": "right"}
    evidence = check(tie.format(dx="(x == top) * 1.0"))
    assert verdicts(evidence) == {"dx": "wrong"} and not evidence.claim("dx").right_at_given_inputs


def test_single_precision_is_no_lie():
    evidence = check("""
        import numpy as np
        rng = np.random.RandomState(0)
        x = rng.randn(5, 3).astype(np.float32)
        w = rng.randn(3).astype(np.float32)
        y = np.tanh(x @ w)
        loss = np.sum(y ** 2)
        dw = x.T @ (2 * y * (1 - y ** 2))
    """)
    assert verdicts(evidence) == {"dw": "right"}


def test_a_tiny_constant_against_log_of_zero_is_no_lie():
    evidence = check("""
        import numpy as np
        z = np.array([0.5, -1.0, 2.0])
        y = np.array([1.0, 0.0, 1.0])
        p = 1 / (1 + np.exp(-z))
        loss = -np.sum(y * np.log(p + 1e-8) + (1 - y) * np.log(1 - p + 1e-8))
        dz = p - y
    """)
    assert verdicts(evidence) == {"dz": "right"}


def test_loops_and_carries_are_placed():
    text = """
        import numpy as np
        rng = np.random.RandomState(4)
        W, U = rng.randn(3, 3) * 0.5, rng.randn(3, 2)
        xs = rng.randn(4, 2)
        h = [np.zeros(3)]
        loss = 0.0
        for t in range(4):
            a = W @ h[t] + U @ xs[t]
            h.append(np.tanh(a))
            loss = loss + np.sum(h[t + 1] ** 2)
        dW, dU = np.zeros_like(W), np.zeros_like(U)
        carry = np.zeros(3)
        for t in reversed(range(4)):
            dh = 2 * h[t + 1] + carry
            da = dh * {slope}
            dW += np.outer(da, h[t])
            dU += np.outer(da, xs[t])
            carry = W.T @ da
    """
    assert verdicts(check(text.format(slope="(1 - h[t + 1] ** 2)"))) == {"dW": "right", "dU": "right"}
    evidence = check(text.format(slope="(1 - h[t + 1])"))
    assert evidence.claim("da").verdict == "wrong"
    assert verdicts(evidence) == {"dW": "inherited", "dU": "inherited"}


def test_array_output_means_the_gradient_of_its_sum_or_with_upstream_of_the_product():
    evidence = check("""
        import numpy as np
        x = np.array([0.3, -1.0])
        y = np.sin(x)
        dx = np.cos(x)
    """)
    assert verdicts(evidence) == {"dx": "right"} and evidence.output == "y"
    evidence = check("""
        import numpy as np
        x = np.array([0.3, -1.0])
        y = np.sin(x)
        dy = np.array([2.0, -3.0])
        dx = dy * np.cos(x)
    """)
    assert verdicts(evidence) == {"dx": "right"} and evidence.upstream == "dy"


def test_hints_win():
    text = """
        u = 0.5
        v = 2.0
        r = u * v
        q = r + u
        first = v
        second = v + 1
    """
    evidence = check(text, output="r", gradients={"first": "u"})
    assert verdicts(evidence) == {"first": "right"} and evidence.output == "r"
    evidence = check(text, output="q", gradients={"first": "u"})
    assert verdicts(evidence) == {"first": "wrong"}
    with pytest.raises(UsageError):
        check(text, output="nothing")


def test_nothing_to_check_is_said():
    with pytest.raises(NoGradientError):
        check("x = 1.0\ny = x * x\n")


def test_a_script_that_raises_is_a_failure_with_its_line():
    evidence = check("""
        import math
        p = [1.0]
        a = math.exp(-p)
        dp = a
    """)
    assert isinstance(evidence.failure, Failure)
    assert (evidence.failure.kind, evidence.failure.line) == ("TypeError", 3)
    assert check("x = (1\n").failure.kind == "SyntaxError"


def test_missing_imports_are_supplied_and_listed():
    evidence = check("x = 0.5\ny = math.sin(x)\ndx = np.cos(x)\n")
    assert evidence.supplied == [("math", "import math"), ("np", "import numpy as np")]
    assert verdicts(evidence) == {"dx": "right"}


def test_an_unused_gradient_is_listed():
    evidence = check("""
        import numpy as np
        W = np.array([1.0, 2.0])
        loss = np.sum(W ** 2)
        dW = np.zeros_like(W)
        dw = 2 * W
    """)
    assert evidence.unused == ["dw"] or evidence.claim("dW").verdict == "wrong"


def test_a_training_loop_is_checked_in_its_first_round():
    text = """
        import numpy as np
        rng = np.random.RandomState(0)
        X, y = rng.randn(20, 3), rng.randn(20)
        w = np.zeros(3)
        b = 0.0
        for step in range(50):
            e = X @ w + b - y
            loss = np.mean(e ** 2)
            dw = 2 * X.T @ e / {n}
            db = 2 * e.mean()
            w = w - 0.1 * dw
            b -= 0.1 * db
            if step % 10 == 0:
                print(loss)
    """
    evidence = check(text.format(n=20))
    assert verdicts(evidence) == {"dw": "right", "db": "right"} and evidence.first_round
    assert verdicts(check(text.format(n=10))) == {"dw": "wrong", "db": "right"}


def test_a_formula_is_the_truth_and_shows_that_the_forward_pass_is_not_it():
    text = """
        import math
        w = [2, -3, -3]
        x = [-1, -2]
        p = w[0]*x[0] + w[1]*x[1] + w[2]
        a = {forward}
        dp = (1 - a)*a
        dx = [w[0]*dp, w[1]*dp]
    """
    formula = "sigmoid(w0*x0 + w1*x1 + w2)"
    evidence = check(text.format(forward="1/(1 + math.exp(-p))"), formula=formula)
    assert verdicts(evidence) == {"dx": "right"} and not evidence.forward_differs
    evidence = check(text.format(forward="1/1 + math.exp(-p)"), formula=formula)
    assert verdicts(evidence) == {"dx": "wrong"} and evidence.forward_differs
    with pytest.raises(UsageError):
        check(text.format(forward="1/(1 + math.exp(-p))"), formula="sigmoid(q)")


def test_an_intermediate_of_a_right_program_is_right_whatever_its_name_suggests():
    evidence = check("""
        import numpy as np
        rng = np.random.RandomState(0)
        x, W = rng.randn(4, 3), rng.randn(3, 2)
        h = np.maximum(x @ W, 0)
        loss = np.sum(h ** 2)
        dh = 2 * h
        dh[h <= 0] = 0
        dh = dh * 3
        dW = x.T @ dh / 3
    """)
    assert verdicts(evidence) == {"dW": "right"}
    assert evidence.claim("dh").verdict == "right" and evidence.claim("dh").note


def test_many_kinks_are_no_defect_of_the_engine_and_no_lie():
    evidence = check("""
        import numpy as np
        rng = np.random.RandomState(0)
        X, W = rng.randn(60, 40), rng.randn(40, 30)
        loss = np.maximum(0, X @ W).mean()
        dW = X.T @ (X @ W > 0) / 1800
    """)
    assert verdicts(evidence) == {"dW": "right"} and not evidence.notes


def test_weights_of_many_numbers_are_judged_in_few_passes():
    text = """
        import numpy as np
        def affine_forward(x, w):
            return x @ w, (x, w)
        def affine_backward(dout, cache):
            x, w = cache
            return dout @ w.T, {dw}
        def make_inputs():
            rng = np.random.RandomState(0)
            return rng.randn(3, 600), rng.randn(600, 500)
    """
    assert verdicts(check(text.format(dw="x.T @ dout"))) == {"dx": "right", "dw": "right"}
    wrong = check(text.format(dw="2 * (x.T @ dout)"))
    assert verdicts(wrong) == {"dx": "right", "dw": "wrong"} and len(wrong.points) == 3
