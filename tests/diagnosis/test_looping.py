"""Loops of a backward pass: rounds that hand nothing on, and loops that go over other rounds."""

from __future__ import annotations

import textwrap

import numpy as np
import pytest

from whygrad.diagnosis import check_program
from whygrad.diagnosis.looping import headers
from whygrad.diagnosis.mutation import Material
from whygrad.source import Source

NETWORK = textwrap.dedent("""
    import numpy as np
    rng = np.random.RandomState(4)
    steps, goal = rng.randn(5, 3), rng.randn(5, 2)
    A, B, c = rng.randn(2, 3), rng.randn(2, 2), rng.randn(2)
    s = [np.zeros(2)]
    for k in range(5):
        s.append(np.tanh(A @ steps[k] + B @ s[k] + c))
    loss = 0.5 * sum(np.sum((s[k + 1] - goal[k]) ** 2) for k in range(5))
    dA, dB, dc = np.zeros_like(A), np.zeros_like(B), np.zeros_like(c)
    coming = np.zeros(2)
    for k in reversed(range(5)):
        back = s[k + 1] - goal[k] + coming
        raw = back * (1 - s[k + 1] ** 2)
        dA += np.outer(raw, steps[k])
        dB += np.outer(raw, s[k])
        dc += raw
        coming = B.T @ raw
""").lstrip("\n")


def mended(text: str) -> tuple[list[int], str]:
    """The lines of the findings, and the text after all their edits."""
    result = check_program(Source("rounds.py", text))
    assert result.status == "wrong"
    lines = text.split("\n")
    for finding in result.findings:
        assert finding.repair is not None
        for edit in finding.repair.edits:
            lines[edit.line - 1] = edit.after
    return [finding.line for finding in result.findings], "\n".join(lines)


def test_the_loop_as_it_should_be_is_right() -> None:
    assert check_program(Source("rounds.py", NETWORK)).status == "right"


def test_a_value_that_no_round_reads_is_handed_on() -> None:
    found, text = mended(NETWORK.replace("    coming = B.T @ raw", "    leaving = B.T @ raw"))
    assert found == [17] and text == NETWORK


def test_what_is_read_behind_the_loop_keeps_its_name() -> None:
    more = NETWORK.replace("    coming = B.T @ raw", "    leaving = B.T @ raw") + "first = leaving\n"
    found, text = mended(more)
    assert found == [17] and "    leaving = B.T @ raw\n    coming = leaving\n" in text


@pytest.mark.parametrize(
    "header",
    ["range(5)", "reversed(range(4))", "reversed(range(1, 5))", "range(4, 0, -1)"],
)
def test_a_loop_over_other_rounds_is_named(header: str) -> None:
    found, text = mended(NETWORK.replace("for k in reversed(range(5)):", f"for k in {header}:"))
    assert found == [11] and check_program(Source("rounds.py", text)).status == "right"


def test_two_carries_are_found_together() -> None:
    text = textwrap.dedent("""
        import numpy as np
        rng = np.random.RandomState(9)
        xs, ts = rng.randn(4, 3), rng.randn(4, 3)
        keep, gain = rng.randn(3), rng.randn(3)
        cells, states = [np.zeros(3)], [np.zeros(3)]
        for k in range(4):
            cells.append(keep * cells[-1] + gain * np.tanh(xs[k] + states[-1]))
            states.append(np.sin(cells[-1]))
        loss = 0.5 * np.sum((np.array(states[1:]) - ts) ** 2)
        keep_grad, gain_grad = np.zeros(3), np.zeros(3)
        next_state, next_cell = np.zeros(3), np.zeros(3)
        for k in reversed(range(4)):
            up = states[k + 1] - ts[k] + next_state
            cell = next_cell + up * np.cos(cells[k + 1])
            inner = np.tanh(xs[k] + states[k])
            keep_grad += cell * cells[k]
            gain_grad += cell * inner
            prev_state = cell * gain * (1 - inner ** 2)
            prev_cell = cell * keep
    """).lstrip("\n")
    found, repaired = mended(text)
    assert found == [18, 19] and check_program(Source("rounds.py", repaired)).status == "right"


def test_headers_are_texts_of_other_rounds() -> None:
    texts = [v.text for v in headers("range(x.shape[0], 0, -1)", Material.of({"x": np.ones((2, 3))}))]
    assert "range(x.shape[1], 0, -1)" in texts and "range(x.shape[0], -1, -1)" in texts


def test_a_carry_that_no_round_takes_is_added() -> None:
    found, text = mended(NETWORK.replace(" - goal[k] + coming", " - goal[k]"))
    assert found == [12] and text == NETWORK


def test_of_two_carries_the_one_that_is_forgotten_is_added() -> None:
    text = textwrap.dedent("""
        import numpy as np
        def make_inputs():
            rng = np.random.RandomState(3)
            return dict(xs=rng.randn(4, 2, 3), keep=rng.randn(3), dout=rng.randn(4, 2, 3))
        def scan_forward(xs, keep):
            cell, state = np.zeros(xs.shape[1:]), np.zeros(xs.shape[1:])
            out, kept = np.zeros_like(xs), []
            for k in range(len(xs)):
                inner = np.tanh(xs[k] + state)
                kept.append((inner, cell))
                cell = keep * cell + inner
                state = np.sin(cell)
                kept[k] += (cell,)
                out[k] = state
            return out, (kept, keep)
        def scan_backward(dout, cache):
            kept, keep = cache
            dxs, dkeep = np.zeros_like(dout), np.zeros_like(keep)
            state_coming, cell_coming = np.zeros(dout.shape[1:]), np.zeros(dout.shape[1:])
            for k in range(len(dout) - 1, -1, -1):
                inner, before, cell = kept[k]
                back = dout[k] + state_coming
                through = back * np.cos(cell)
                dkeep += np.sum(through * before, axis=0)
                dxs[k] = through * (1 - inner ** 2)
                state_coming = dxs[k]
                cell_coming = through * keep
            return dxs, dkeep
    """).lstrip("\n")
    found, repaired = mended(text)
    assert found == [23] and "through = back * np.cos(cell) + cell_coming" in repaired


FIRST = NETWORK.replace("s = [np.zeros(2)]", "s = [rng.randn(2)]")
GUARDS = {
    "what the first step adds": (
        "    dB += np.outer(raw, s[k])",
        "    if k > 0:\n        dB += np.outer(raw, s[k])",
        15,
    ),
    "what the last step has not": (
        "    back = s[k + 1] - goal[k] + coming",
        "    back = s[k + 1] - goal[k]\n    if k < 3:\n        back = back + coming",
        13,
    ),
}


@pytest.mark.parametrize("name", GUARDS)
def test_the_rounds_that_a_condition_lets_through(name: str) -> None:
    plain, guarded, line = GUARDS[name]
    found, text = mended(FIRST.replace(plain, guarded))
    assert found == [line]
    assert check_program(Source("rounds.py", text)).status == "right"
