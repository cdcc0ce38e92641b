"""Statements of the evidence replay as they ran, on recorded and on corrected operands."""

import textwrap

import numpy as np

from whygrad.checking.evidence import Failure, Hints
from whygrad.checking.measurement import measure
from whygrad.source import Source

TEXT = textwrap.dedent("""
    import numpy as np
    rng = np.random.RandomState(0)
    x, w = rng.randn(4, 3), rng.randn(3, 2)
    z = x @ w
    a = np.tanh(z)
    loss = np.sum(a ** 2)
    da = 2 * a
    dz = da * (1 - a)
    dw = np.zeros_like(w)
    for n in range(4):
        dw += np.outer(x[n], dz[n])
    """).lstrip()


def test_statements_replay_at_every_point():
    evidence = measure(Source("user.py", TEXT), Hints())
    statement = next(s for s in evidence.statements if s.targets == ("dz",))
    assert statement.part == "backward" and statement.claims == ("dz",) and statement.line == 8
    for point in range(len(evidence.points)):
        np.testing.assert_array_equal(
            statement.replay(statement.text, point)["dz"], statement.results[point][0]["dz"]
        )
    wanted = statement.wanted[0][0]["dz"]
    right = statement.replay("dz = da * (1 - a ** 2)", 0, corrected=True)["dz"]
    np.testing.assert_allclose(right, wanted, rtol=1e-7)
    assert isinstance(statement.replay("dz = da @ a", 0), Failure)


def test_loop_statements_keep_their_rounds():
    evidence = measure(Source("user.py", TEXT), Hints())
    statement = next(s for s in evidence.statements if s.targets == ("dw",) and s.loops)
    assert statement.instances == statement.kept == 4 and statement.loops == ("for n in range(4)",)
    assert [e["n"] for e in statement.environments[0]] == [0, 1, 2, 3]
    assert evidence.claim("dz").verdict == "wrong" and evidence.claim("dw").verdict == "inherited"
    assert evidence.claim("da").verdict == "right"
    # In the corrected run the loop reads the true dz.
    np.testing.assert_allclose(
        statement.corrected[0][0]["dz"],
        next(s for s in evidence.statements if s.targets == ("dz",)).wanted[0][0]["dz"],
    )


def test_quantities_have_a_value_at_every_point():
    evidence = measure(Source("user.py", TEXT), Hints())
    names = {(q.kind, q.name) for q in evidence.quantities}
    assert {("variable", "z"), ("variable", "dz"), ("cotangent", "gradient of z")} <= names
    z = next(q for q in evidence.quantities if q.kind == "variable" and q.name == "z")
    assert len(z.values) == len(evidence.points) and z.line == 4
