"""Inputs that were guessed larger than their author's are made as small as their gradients."""

import textwrap

import pytest

from whygrad.checking.examples.fitting import smaller
from whygrad.checking.measurement import measure
from whygrad.checking.miniature import parse_input
from whygrad.source import Source

BIAS_BY_CHANNEL = """
    import numpy as np
    def conv_forward(x, w, b):
        n, h, k, _ = x.shape
        f, _, _, c_out = w.shape
        z = np.zeros((n, h - f + 1, k - f + 1, c_out))
        for i in range(n):
            for r in range(h - f + 1):
                for q in range(k - f + 1):
                    for c in range(c_out):
                        z[i, r, q, c] = np.sum(x[i, r:r + f, q:q + f, :] * w[..., c]) + b[0, 0, 0, c]
        return z, (x, w, b)
    def conv_backward(dz, cache):
        x, w, b = cache
        n, rows, columns, c_out = dz.shape
        f = w.shape[0]
        dx, dw = np.zeros(x.shape), np.zeros(w.shape)
        db = np.zeros((1, 1, 1, c_out))
        for i in range(n):
            for r in range(rows):
                for q in range(columns):
                    for c in range(c_out):
                        dx[i, r:r + f, q:q + f, :] += w[..., c] * dz[i, r, q, c]
                        dw[..., c] += x[i, r:r + f, q:q + f, :] * dz[i, r, q, c]
                        db[..., c] <<+=||=>> dz[i, r, q, c]
        return dx, dw, db
"""


@pytest.mark.parametrize("wrong", [False, True])
def test_a_bias_read_at_its_first_entries_is_as_small_as_its_gradient(wrong: bool) -> None:
    before, rest = BIAS_BY_CHANNEL.split("<<")
    inner, after = rest.split(">>")
    text = textwrap.dedent(before + inner.split("||")[wrong] + after)
    assert measure(Source("file.py", text)).verdict == ("wrong" if wrong else "right")


@pytest.mark.parametrize(
    ("shape", "guess", "fitting"),
    [
        ((), "randn(4, 3)", "0.7"),
        ((1, 1, 3), "randn(4, 2, 3)", "randn(1, 1, 3)"),
        ((1, 3), "rand(4, 3)", "rand(1, 3)"),
        ((5, 3), "randn(4, 3)", None),
        ((3,), "randn(4, 3)", None),
        ((2,), "randint(5, 4)", None),
        ((2,), "{'w': randn(4)}", None),
        ((2,), "nothing that is read", None),
    ],
)
def test_smaller_gives_a_text_of_the_gradients_shape(
    shape: tuple[int, ...], guess: str, fitting: str | None
) -> None:
    found = smaller({"p": shape}, {"p": guess})
    assert found == ({} if fitting is None else {"p": fitting})
    if fitting is not None and shape:
        assert parse_input(fitting).shape == shape


def test_inputs_that_were_not_guessed_are_left_alone() -> None:
    assert smaller({"p": ()}, {}) == {}
