"""The mini-language of --input builds values; whatever is more than that is refused."""

import numpy as np
import pytest

from whygrad.checking.miniature import parse_input
from whygrad.errors import UsageError


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("randn(4, 3)", (4, 3)),
        ("zeros(2)", (2,)),
        ("[[1, 2], [3, 4]]", (2, 2)),
        ("eye(3)", (3, 3)),
        ("-2.5", ()),
    ],
)
def test_shapes(text, shape):
    assert np.shape(parse_input(text)) == shape
    np.testing.assert_array_equal(parse_input(text), parse_input(text))


def test_values():
    np.testing.assert_array_equal(parse_input("full(2, 0.5)"), [0.5, 0.5])
    assert set(parse_input("randint(3, 20)").tolist()) <= {0, 1, 2}
    assert parse_input("3") == 3
    assert parse_input("{'mode': 'train', 'pad': (1, 2), 'off': None}") == {
        "mode": "train", "pad": (1, 2), "off": None,
    }  # fmt: skip
    assert [w.shape for w in parse_input("[randn(2, 3), {'b': zeros(4)}]")[:1]] == [(2, 3)]


def test_inputs_of_one_shape_differ_by_name():
    assert not np.array_equal(parse_input("randn(3)", "h"), parse_input("randn(3)", "c"))


def test_one_hot_rows_and_columns():
    np.testing.assert_array_equal(parse_input("onehot(4, 3)").sum(axis=1), np.ones(4))
    np.testing.assert_array_equal(parse_input("onehot_columns(3, 4)").sum(axis=0), np.ones(4))


@pytest.mark.parametrize(
    "text",
    ["", "x", "open('a')", "__import__('os')", "randn", "randn(1e9, 9)", "[1, [2]]", "zeros(-1)"],
)
def test_everything_else_is_refused(text):
    with pytest.raises(UsageError):
        parse_input(text)
