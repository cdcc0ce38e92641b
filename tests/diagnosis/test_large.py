"""Large arrays: judged at small sizes, told in the sizes of the file, run few times at its own."""

import textwrap

import numpy as np
import pytest

import whygrad as wg
from whygrad.checking.programs import Program
from whygrad.diagnosis import check_program
from whygrad.source import Source

NETWORK = textwrap.dedent("""\
    import numpy as np

    x = np.random.randn(32, 784)
    y = np.random.randint(0, 10, 32)
    W1, b1 = np.random.randn(784, 1000) * 0.03, np.zeros(1000)
    W2, b2 = np.random.randn(1000, 10) * 0.03, np.zeros((1, 10))

    h = np.tanh(x @ W1 + b1)
    s = h @ W2 + b2
    p = np.exp(s) / np.exp(s).sum(axis=1, keepdims=True)
    loss = -np.log(p[np.arange(32), y]).sum() / 32

    ds = p.copy()
    ds[np.arange(32), y] -= 1
    ds = ds / 32
    dW2 = h.T @ ds
    db2 = ds.sum(axis=0, keepdims=True)
    dz = (ds @ W2.T) * (1 - h ** 2)
    dW1 = x.T @ dz
    db1 = dz.sum(axis=0)
    """)


def checked(text: str):
    return check_program(Source("network.py", text))


@pytest.fixture
def full_runs(monkeypatch):
    """The texts that ran with all their 794,010 parameters, and how."""
    seen: list[str] = []
    for way in ("run", "observe", "record"):
        original = getattr(Program, way)

        def counted(self, point=None, text=None, *rest, original=original, way=way, **options):
            if "784" in self.text:
                seen.append(way)
            return original(self, *([] if point is None else [point, text, *rest]), **options)

        monkeypatch.setattr(Program, way, counted)
    return seen


def test_a_large_script_that_is_right_runs_three_times_at_its_own_sizes(full_runs):
    result = checked(NETWORK)
    assert result.status == "right"
    assert full_runs == ["observe", "observe", "record"]
    assert any("784" in note for note in result.notes)


@pytest.mark.parametrize(
    ("wrong", "right", "line"),
    [
        ("* (1 - h ** 2)", None, 18),
        ("ds = ds / 32", "ds = ds / 784", 15),
        ("axis=0, keepdims=True)\ndz", "axis=1, keepdims=True)\ndz", 17),
    ],
)
def test_a_mistake_in_a_large_script_is_found_and_mended_in_its_own_sizes(wrong, right, line, full_runs):
    text = NETWORK.replace(wrong, right or "* (1 - h)")
    assert text != NETWORK
    result = checked(text)
    assert result.status == "wrong"
    assert result.findings[0].line == line
    # at most once to see its size, and once more with the repair, plainly and traced
    assert len(full_runs) <= 3
    mended = result.__class__(**{**vars(result), "source": text}).apply()
    assert "784, 1000" in mended and "(784,  " not in mended
    assert checked(mended).status == "right"


def test_arrays_that_are_handed_over_are_cut():
    def forward(x, w, y):
        z = x @ w
        p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
        return -np.log(p[np.arange(len(y)), y]).mean(), (x, p, y)

    def backward(dloss, cache):
        x, p, y = cache
        dz = p.copy()
        dz[np.arange(len(y)), y] -= 1
        return None, x.T @ (dloss * dz), None

    rng = np.random.default_rng(0)
    inputs = rng.standard_normal((64, 512)), 0.03 * rng.standard_normal((512, 256)), rng.integers(0, 256, 64)
    result = wg.check(forward, backward, *inputs)
    assert result.status == "wrong"
    assert "64" in " ".join(result.notes)
    assert "len(" in result.findings[0].repair.edits[0].after


def test_what_only_the_sizes_of_the_file_make_wrong_is_found():
    """Twice the width is a literal of its own here: no smaller sizes keep `1000 == 2 * 500` hidden."""
    text = NETWORK.replace("dW1 = x.T @ dz", "dW1 = x.T @ dz * (W1.shape[1] < 500)")
    result = checked(text)
    assert result.status == "wrong"
    assert {v.name for v in result.variables if v.verdict != "right"} == {"dW1"}
