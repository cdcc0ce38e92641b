"""What statements are said to change: variables, and no modules."""

from whygrad.checking.measurement import measure
from whygrad.checking.watching import watched
from whygrad.source import Source

CLIPPED = """\
import numpy as np
rng = np.random.RandomState(2)
k = rng.randn(3)
s0 = rng.randn(3)
s = {-1: s0}
for t in range(3):
    s[t] = np.sin(k * s[t - 1])
loss = np.sum(s[2] ** 2)
dk = np.zeros_like(k)
ds = 2 * s[2]
for t in reversed(range(3)):
    slope = ds * np.cos(k * s[t - 1])
    dk += slope * s[t - 1]
    ds = slope * k
for g in [dk]:
    np.clip(g, -50, 50, out=g)
"""


def changed(text: str) -> list[tuple[str, ...]]:
    return [statement.names for statement in watched(text, "w.py", frozenset(), frozenset())[1]]


def test_a_module_is_not_changed_by_its_functions() -> None:
    calls = ["np.random.seed(1)", "np.add.at(d, i, g)", "np.clip(a, 0, 1, out=b)"]
    assert changed("\n".join(["import numpy as np", *calls])) == [(), ("d",), ("b",)]


def test_a_call_on_a_module_ties_no_variables_together() -> None:
    # Were `np` a variable that clipping changes, the start `s0` would be computed from every gradient.
    claims = {c.name: c for c in measure(Source("clipped.py", CLIPPED)).claims}
    assert claims["dk"].verdict == "right" and claims["ds"].verdict != "wrong"
