"""True gradients in the place of results tell what a statement should have made."""

import ast

import numpy as np

from whygrad.checking.evidence import Evidence
from whygrad.diagnosis.blocks import BlockBench
from whygrad.diagnosis.leftovers import left_over
from whygrad.diagnosis.meaning import Meaning, meanings_of, target_name, true_gradients

SPACES = [{"g": np.array([1.0, 2.0])}, {"g": np.array([-3.0, 0.5])}]
BENCH = BlockBench(SPACES, [6 * s["g"] for s in SPACES], "dw", "dw = 2 * dz", {"np": np})
OF_Z = Meaning("z", tuple(3 * s["g"] for s in SPACES))
OF_H = Meaning("h", tuple(s["g"] for s in SPACES))


def test_the_gradient_that_makes_what_follows_right_was_meant() -> None:
    assert list(meanings_of(BENCH, "dz = g", "dz", [OF_H, OF_Z])) == [OF_Z]
    assert list(meanings_of(BENCH, "dz = g[0]", "dz", [OF_Z])) == [], "another shape"
    assert list(meanings_of(BENCH, "dz = 1 / nothing", "dz", [OF_Z])) == []


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
