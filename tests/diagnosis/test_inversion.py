"""What an earlier line should have made follows from the gradient that linear lines lead to."""

import numpy as np
import pytest

from whygrad.diagnosis import check_program
from whygrad.diagnosis.blocks import BlockBench
from whygrad.diagnosis.inversion import wanted_of
from whygrad.source import Source

ENVIRONMENTS = [{"g": np.array([0.5, -2.0]), "s": np.array([0.3, 0.7])}]


def bench(rest: str) -> BlockBench:
    return BlockBench(ENVIRONMENTS, [np.array([1.0, 3.0])], "dx", rest)


def test_a_product_and_a_sum_are_worked_back() -> None:
    found = wanted_of(bench("dx = g * slope + 2"), "slope = s", "slope")
    assert found is not None
    assert np.allclose(found.values[0], [-2.0, -0.5])


@pytest.mark.parametrize(
    "rest", ["dx = g * slope ** 2", "dx = g * slope[::-1]", "dx = 0 * slope", "dx = nothing"]
)
def test_what_is_not_linear_entry_by_entry_tells_nothing(rest: str) -> None:
    assert wanted_of(bench(rest), "slope = s", "slope") is None


HEAD = "import math\nx, y = 1.3, -0.9\na = x * y\nb = math.tanh(x)\nf = a + 3 * b\n"


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        (["dx = y", "dx += dx", "dx += 0 * y"], 7),
        (["slope = 3 * b", "dx = y + slope"], 6),
    ],
)
def test_the_line_that_misses_its_part_is_shown(lines: list[str], line: int) -> None:
    first = check_program(Source("script.py", HEAD + "\n".join(lines) + "\n")).findings[0]
    assert first.line == line and first.repair is not None


def test_a_returned_product_is_worked_back() -> None:
    text = (
        "import numpy as np\n\n\n"
        "def forward(x):\n    s = 1 / (1 + np.exp(-x))\n    return x * s, (x, s)\n\n\n"
        "def backward(dout, cache):\n    x, s = cache\n    slope = s\n    return dout * slope\n"
    )
    first = check_program(Source("swish.py", text)).findings[0]
    assert first.line == 11 and first.repair is not None
