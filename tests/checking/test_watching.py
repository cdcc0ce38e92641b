"""What statements are said to change: variables, and no modules."""

import ast
import textwrap

import pytest

from whygrad.checking.measurement import measure
from whygrad.checking.watching import loaded, watched
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


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("w = [rng.randn(a, b) for a, b in zip(s, b)]", ["rng", "zip", "s", "b"]),
        ("w = {k: v * k for k, v in table.items() if v > k + low}", ["table", "low"]),
        ("w = sum(x * y for x in xs for y in x)", ["sum", "xs"]),
        ("w = x + sum([x for x in xs])", ["x", "sum", "xs"]),
    ],
)
def test_what_a_comprehension_makes_is_read_from_nowhere(text: str, names: list[str]) -> None:
    assert sorted(set(loaded(ast.parse(text)))) == sorted(names)


def test_weights_of_a_list_do_not_come_from_biases_that_a_loop_names_like_them() -> None:
    source = textwrap.dedent("""
        import numpy as np
        rng = np.random.RandomState(0)
        sizes = [3, 4, 2]
        weights = [rng.randn(a, b) for a, b in zip(sizes[:-1], sizes[1:])]
        biases = [rng.randn(b) for b in sizes[1:]]
        acts = [rng.randn(6, 3)]
        for W, b in zip(weights, biases):
            acts.append(np.tanh(acts[-1] @ W + b))
        loss = np.sum(acts[-1] ** 2)
        delta = 2 * acts[-1]
        dW, db = [None] * 2, [None] * 2
        for i in (1, 0):
            delta = delta * (1 - acts[i + 1] ** 2)
            dW[i] = acts[i].T @ delta
            db[i] = delta.sum(axis=0)
            delta = delta @ weights[i].T
    """)
    assert {c.name: c.verdict for c in measure(Source("net.py", source)).finals} == {
        "dW": "right",
        "db": "right",
    }
