"""Mutants of correct scripts: one token of the backward pass changed at random, found, placed and mended."""

import io
import random
import tokenize

import numpy as np

from whygrad.diagnosis import check_program
from whygrad.source import Source

NEURON = """\
import math
w = [0.7, -1.3, 0.4]
x = [1.9, -0.8]
p = w[0] * x[0] + w[1] * x[1] + w[2]
a = 1 / (1 + math.exp(-p))
grad_p = (1 - a) * a
grad_x = [w[0] * grad_p, w[1] * grad_p]
grad_w = [x[0] * grad_p, x[1] * grad_p, grad_p]
"""
LAYER = """\
import numpy as np
x = np.array([[0.5, -1.2, 0.3], [1.1, 0.4, -0.7]])
W = np.array([[0.2, -0.5], [0.7, 0.1], [-0.3, 0.9]])
b = np.array([0.1, -0.2])
h = np.tanh(x @ W + b)
loss = np.sum(h ** 3)
dh = 3 * h ** 2
dz = dh * (1 - h ** 2)
dW = x.T @ dz
db = dz.sum(axis=0)
"""
SWAPS = {"+": "-", "-": "+", "*": "/", "**": "*", "0": "1", "1": "0", "2": "3", "3": "2", "h": "b",
         "dz": "dh", "dh": "h", "grad_p": "a", "a": "p", "w": "x", "x": "w"}  # fmt: skip
MUTANTS = 6


def mutants(text: str, first: int, seed: int) -> list[tuple[str, int]]:
    """Texts with one token changed right of the `=` of a backward line, and the line."""
    tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    sites = [t for t in tokens
             if t.start[0] >= first and t.string in SWAPS and t.start[1] > t.line.index("=")]  # fmt: skip
    found = []
    for token in random.Random(seed).sample(sites, MUTANTS):
        lines = text.split("\n")
        row, (start, end) = token.start[0] - 1, (token.start[1], token.end[1])
        lines[row] = lines[row][:start] + SWAPS[token.string] + lines[row][end:]
        found.append(("\n".join(lines), row + 1))
    return found


def gradients(text: str) -> dict[str, object]:
    namespace: dict[str, object] = {}
    with np.errstate(all="ignore"):
        exec(text, namespace)
    return {n: v for n, v in namespace.items() if n in ("grad_x", "grad_w", "dW", "db")}


def same(a: dict[str, object], b: dict[str, object]) -> bool:
    return all(np.shape(a[n]) == np.shape(b[n]) and np.allclose(a[n], b[n]) for n in b)  # type: ignore[arg-type]


def test_a_seeded_sample_is_found_placed_and_repaired() -> None:
    score = {"mutants": 0, "found": 0, "placed": 0, "repaired": 0}
    for text, first in ((NEURON, 6), (LAYER, 7)):
        assert check_program(Source("right.py", text)).status == "right"
        for wrong, line in mutants(text, first, 5):
            result = check_program(Source("wrong.py", wrong))
            lines = wrong.split("\n")
            for finding in result.findings:
                for edit in finding.repair.edits if finding.repair else ():
                    lines[edit.line - 1] = edit.after
            score["mutants"] += 1
            score["found"] += result.status == "wrong"
            score["placed"] += bool(result.findings) and result.findings[0].line == line
            score["repaired"] += same(gradients("\n".join(lines)), gradients(text))
    assert score == dict.fromkeys(score, 2 * MUTANTS)
