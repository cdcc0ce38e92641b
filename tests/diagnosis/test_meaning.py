"""True gradients in the place of results tell what a statement should have made."""

import ast
import textwrap

import numpy as np

from whygrad.checking.evidence import Evidence
from whygrad.diagnosis import check_program
from whygrad.diagnosis.blocks import BlockBench
from whygrad.diagnosis.leftovers import left_over
from whygrad.diagnosis.meaning import Meaning, meanings_of, target_name, true_gradients
from whygrad.source import Source

SPACES = [{"g": np.array([1.0, 2.0])}, {"g": np.array([-3.0, 0.5])}]
BENCH = BlockBench(SPACES, [6 * s["g"] for s in SPACES], "dw", "dw = 2 * dz", {"np": np})
OF_Z = Meaning("z", tuple(3 * s["g"] for s in SPACES))
OF_H = Meaning("h", tuple(s["g"] for s in SPACES))


def test_the_gradient_that_makes_what_follows_right_was_meant() -> None:
    assert list(meanings_of(BENCH, "dz = g", "dz", [OF_H, OF_Z])) == [OF_Z]
    assert list(meanings_of(BENCH, "dz = g[0]", "dz", [OF_Z])) == [], "another shape"
    assert list(meanings_of(BENCH, "dz = 1 / nothing", "dz", [OF_Z])) == []


def test_a_gradient_may_carry_a_factor_that_is_taken_out_behind_it() -> None:
    (found,) = meanings_of(BENCH, "dz = g", "dz", [OF_H])
    assert found.of == "h"
    assert all(np.allclose(v, 3 * s["g"]) for v, s in zip(found.values, SPACES, strict=True))
    assert list(meanings_of(BENCH, "dz = g", "dz", [Meaning("u", tuple(s["g"] ** 2 for s in SPACES))])) == []


def test_a_path_that_is_missing_before_the_batch_is_divided_by() -> None:
    text = textwrap.dedent("""
        import numpy as np
        X = np.random.RandomState(0).randn(5, 3)
        T = np.random.RandomState(1).randn(5, 2)
        A = np.random.RandomState(2).randn(3, 4)
        B = np.random.RandomState(3).randn(4, 2)
        a, kappa = np.full(4, 0.1), 0.6
        n = len(X)
        h = np.tanh(X @ A + a)
        spread = np.mean(h, axis=0)
        out = h @ B
        loss = np.sum((out - T) ** 2) / (2 * n) + kappa * np.sum(spread ** 3)
        err = out - T
        dB = h.T @ err / n
        push = 3 * spread ** 2
        back = {} * (1 - h ** 2)
        dA = X.T @ back / n
        da = back.sum(axis=0) / n
    """).lstrip("\n")
    right, wrong = (text.format(part) for part in ("(err @ B.T + kappa * push)", "(err @ B.T)"))
    assert check_program(Source("user.py", right)).status == "right"
    (finding,) = check_program(Source("user.py", wrong)).findings
    assert finding.repair is not None
    (edit,) = finding.repair.edits
    assert edit.line == right.split("\n").index(next(r for r in right.split("\n") if "back = " in r)) + 1
    assert check_program(Source("user.py", wrong.replace(edit.before, edit.after))).status == "right"


def test_names_that_a_statement_changes() -> None:
    texts = {"dz = g": "dz", "dz[m] = 0": "dz", "dz *= m": "dz", "self.dz = g": "", "f(dz)": ""}
    assert {t: target_name(ast.parse(t).body[0]) for t in texts} == texts


def test_what_is_left_for_an_augmented_assignment() -> None:
    space = {"d": np.array([2.0, 4.0])}
    want = np.array([6.0, 2.0])
    assert left_over(ast.Add(), space["d"], want).tolist() == [4.0, -2.0]
    assert left_over(ast.Mult(), space["d"], want).tolist() == [3.0, 0.5]
    assert left_over(ast.Div(), space["d"], want).tolist() == [1 / 3, 2.0]


def test_true_gradients_of_named_variables(evidence: Evidence) -> None:
    found = {m.of: m for m in true_gradients(evidence, [0, 1])}
    h = next(q for q in evidence.quantities if q.name == "h")
    # loss = sum(h ** 2): along h alone the slope of each entry is 2 h.
    assert np.allclose(found["h"].values[1], 2 * np.asarray(h.values[1]))
