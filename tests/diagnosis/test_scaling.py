"""Factors that are missing behind lines which work in place."""

import textwrap

import numpy as np

from whygrad.diagnosis import check_program
from whygrad.diagnosis.scaling import scaled_by_arrays
from whygrad.source import Source


def test_rows_and_columns_by_which_a_value_is_off() -> None:
    rng = np.random.RandomState(0)
    got, rows, columns = rng.randn(4, 3), rng.randn(4), rng.randn(3)
    values = {"rows": rows, "columns": columns, "n": 4, "other": rng.randn(4)}
    assert list(scaled_by_arrays(got, got * rows[:, None], values)) == [("rows[:, None]", "*")]
    assert list(scaled_by_arrays(got, got / columns, values)) == [("columns", "/")]
    assert list(scaled_by_arrays(got, got + 1, values)) == []


def test_rows_that_lack_their_weights_get_them_behind_the_last_line() -> None:
    text = textwrap.dedent("""
        import numpy as np
        rng = np.random.RandomState(18)
        x, W, reward, taken = rng.randn(5, 3), rng.randn(3, 2), rng.randn(5), np.array([0, 1, 1, 0, 1])
        z = x @ W
        p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
        loss = -np.sum(reward * np.log(p[np.arange(5), taken]))
        dz = p.copy()
        dz[np.arange(5), taken] -= 1
        dW = x.T @ dz
    """).lstrip("\n")
    result = check_program(Source("wrong.py", text))
    (finding,) = result.findings
    assert finding.repair is not None
    (edit,) = finding.repair.edits
    assert edit.line == 8 and edit.after == f"{edit.before}\ndz *= reward[:, None]"
