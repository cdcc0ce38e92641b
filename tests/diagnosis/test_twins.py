"""Slips that two statements share: one edit of each, alike, and only both make the gradient right."""

import textwrap

import pytest

from whygrad.diagnosis import check_program
from whygrad.diagnosis.twins import alike, renaming
from whygrad.source import Source

PATCHES = """
import numpy as np

def make_inputs():
    draw = np.random.RandomState(5).randn
    return dict(image=draw(7, 6), kernel=draw(3, 2), arriving=draw(3, 3))

def correlate(image, kernel):
    step = 2
    tall, wide = kernel.shape
    made = np.zeros(((image.shape[0] - tall) // step + 1, (image.shape[1] - wide) // step + 1))
    for i in range(made.shape[0]):
        for j in range(made.shape[1]):
            made[i, j] = np.sum(image[i * step:i * step + tall, j * step:j * step + wide] * kernel)
    return made, (image, kernel, step)

def correlate_backward(arriving, cache):
    image, kernel, step = cache
    tall, wide = kernel.shape
    d_image, d_kernel = np.zeros_like(image), np.zeros_like(kernel)
    for i in range(arriving.shape[0]):
        for j in range(arriving.shape[1]):
            top = {}
            left = {}
            d_image[top:top + tall, left:left + wide] += arriving[i, j] * kernel
            d_kernel += arriving[i, j] * image[top:top + tall, left:left + wide]
    return d_image, d_kernel
"""


@pytest.mark.parametrize("wrong", [("i", "j"), ("i + step", "j + step")])
def test_a_step_is_missing_from_the_places_along_both_axes(wrong: tuple[str, str]) -> None:
    text = PATCHES.format(*wrong)
    result = check_program(Source("p.py", text))
    lines = [k for k, line in enumerate(text.splitlines(), 1) if line.strip().startswith(("top =", "left ="))]
    assert sorted(f.line for f in result.findings) == lines
    edits = {e.line: e.after.strip() for f in result.findings if f.repair for e in f.repair.edits}
    assert edits == {lines[0]: "top = i * step", lines[1]: "left = j * step"}


def test_right_places_are_left_alone() -> None:
    assert check_program(Source("p.py", PATCHES.format("i * step", "step * j"))).status == "right"


@pytest.mark.parametrize(
    ("first", "second", "names"),
    [
        ("top = i", "left = j", {"top": "left", "i": "j"}),
        ("h = size[0] // 2", "w = size[1] // 2", {"h": "w", "0": "1"}),
        ("top = i + 1", "left = j - 1", None),
        ("a = b + b", "c = d + e", None),
        ("a = b", "a = b", None),
    ],
)
def test_what_names_of_one_line_are_in_the_other(
    first: str, second: str, names: dict[str, str] | None
) -> None:
    assert renaming(first, second) == names


@pytest.mark.parametrize(
    ("changed", "first", "second", "known", "expected"),
    [
        ("top = i * step", "top = i", "left = j", {"step"}, "left = j * step"),
        ("h0 = i * step_h", "h0 = i", "w0 = j", {"step_h", "step_w"}, "w0 = j * step_w"),
        ("n_H = z.shape[0]", "n_H = x.shape[0]", "n_W = x.shape[1]", {"z", "x"}, "n_W = z.shape[1]"),
        ("r = i * s[0]", "r = i", "c = j", {"s"}, "c = j * s[1]"),
    ],
)
def test_a_change_is_made_again_in_the_names_of_the_twin(
    changed: str, first: str, second: str, known: set[str], expected: str
) -> None:
    assert expected in alike(changed, first, second, known)


def test_lines_of_more_than_one_row_have_no_twin() -> None:
    text = textwrap.dedent("a = (b +\n c)")
    assert renaming(text, text.replace("b", "d")) is None
