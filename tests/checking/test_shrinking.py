"""Large sizes as small ones: the text keeps its places, and what was found is told in its own sizes."""

import ast
import tokenize
from io import StringIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whygrad.checking.evidence import Hints
from whygrad.checking.shrinking import LEAST, Sizes, proposals

TEXT = """\
import numpy as np

n, hidden, classes = 784, 1_000, 10
x = np.random.randn(64, n)  # 64 images
W = np.zeros((28 * 28, hidden)) + 0.1
y = "784 is no size"; z = x[:32, 0] / 64
"""


def first(text: str, hints: Hints | None = None) -> Sizes:
    return next(proposals(text, hints or Hints()))


def places(text: str) -> list[tuple[int, int, str]]:
    tokens = tokenize.generate_tokens(StringIO(text).readline)
    return [(*t.end, t.string if t.type != tokenize.NUMBER else "number") for t in tokens]


def test_every_token_of_the_small_text_ends_where_it_did():
    small = first(TEXT).shrunken(TEXT)
    assert places(small) == places(TEXT)
    assert ast.unparse(ast.parse(small)) != ast.unparse(ast.parse(TEXT))
    assert '"784 is no size"' in small and "# 64 images" in small


def test_small_sizes_have_the_order_of_the_large_ones_and_stay_apart():
    sizes = first(TEXT)
    numbers = [sizes.small.get(n, n) for n in (0, 1, 10, 28, 32, 64, 1000)]
    assert numbers == sorted(set(numbers))
    assert sizes.small[784] == sizes.small[28] ** 2  # as the text has it
    assert all(small < large for large, small in sizes.small.items())


@given(st.sets(st.integers(2, 5000), min_size=1, max_size=12))
def test_no_two_sizes_become_one(numbers):
    text = "\n".join(f"v{n} = {n}" for n in numbers)
    for sizes in proposals(text, Hints()):
        mapped = [sizes.small.get(n, n) for n in numbers]
        assert len(set(mapped)) == len(numbers)
        assert all(n not in sizes.small for n in numbers if n < LEAST)
        assert sizes.restored(sizes.shrunken(text)).replace(" ", "") == text.replace(" ", "")


def test_a_line_that_was_edited_at_small_sizes_is_told_at_its_own():
    sizes = first(TEXT)
    small = sizes.shrunken(TEXT).splitlines()
    assert sizes.restored(small[2]) == "n, hidden, classes = 784,  1000, 10"  # `1_000` was a column wider
    assert sizes.restored(f"dW = x.T @ d / {sizes.small[64]}") == "dW = x.T @ d / 64"
    assert (
        sizes.restored(f"dx{sizes.small[64]} = 1.{sizes.small[64]}")
        == f"dx{sizes.small[64]} = 1.{sizes.small[64]}"
    )


def test_example_inputs_are_cut_and_labels_stay_labels():
    labels = np.arange(200) % 100
    hints = Hints(
        given={"x": np.ones((200, 300)), "y": labels, "W": np.ones((300, 100))}, input={"v": "randn(300)"}
    )
    sizes = first("", hints)
    small = sizes.hints(hints)
    n, d, c = (sizes.small[size] for size in (200, 300, 100))
    assert small.given["x"].shape == (n, d) and small.given["W"].shape == (d, c)
    assert small.given["y"].shape == (n,) and small.given["y"].max() < c
    assert small.input["v"] == f"randn({d})"


@pytest.mark.parametrize("text", ["x = 3\n", "", "x = (784,\n", "x = 1e9; y = 0.784\n"])
def test_nothing_is_proposed_where_no_whole_number_is_large(text):
    assert all(not sizes.small or 784 in sizes.small for sizes in proposals(text, Hints()))
    assert "784," in text or not list(proposals(text, Hints()))
