"""Shapes and dtypes of contributions, and which rows vary."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from whygrad.differentiation.fitting import differentiable, fit, one, varying, zeros
from whygrad.execution import execute
from whygrad.graph import INPUT, Abstract, GraphBuilder
from whygrad.tracing.symbols import Symbol


def array(shape: tuple[int, ...], dtype: Any = float) -> Abstract:
    return Abstract(shape, np.dtype(dtype))


@pytest.mark.parametrize(
    ("have", "want"),
    [
        ((4, 3), (3,)),
        ((4, 3), (4, 1)),
        ((4, 3), ()),
        ((2, 4, 3), (1, 3)),
        ((3,), (4, 3)),
        ((), (2,)),
        ((3,), (3,)),
    ],
)
def test_contributions_take_the_shape_of_their_row(have: tuple[int, ...], want: tuple[int, ...]) -> None:
    builder = GraphBuilder()
    row = builder.add(INPUT, (), array(have))
    fitted = fit(Symbol(builder, row), array(want))
    value = execute(builder.freeze([row], [fitted.row]), [np.ones(have)]).outputs[0]
    assert np.shape(value) == want == fitted.shape
    assert np.all(
        value == max(1, np.prod(have) / np.prod(want))
    )  # broadcasting copies, its transpose adds up


@pytest.mark.parametrize(
    ("have", "want", "result"),
    [
        (array((), "f8"), array((), "f4"), np.dtype("f4")),
        (Abstract((), float), array((), "f4"), np.dtype("f4")),
        (array((), "f4"), Abstract((), float), np.dtype("f8")),
        (array((), "f8"), Abstract((), float), np.dtype("f8")),
        (Abstract((), float), Abstract((), int), float),
        (array((2,), "f4"), array((2,), "i8"), np.dtype("f8")),
    ],
)
def test_contributions_take_the_dtype_of_their_row(have: Abstract, want: Abstract, result: Any) -> None:
    builder = GraphBuilder()
    assert fit(Symbol(builder, builder.add(INPUT, (), have)), want).dtype == result


def test_what_is_differentiable() -> None:
    kinds = [
        Abstract((), float),
        array((), "f4"),
        Abstract((), int),
        array((), "i8"),
        Abstract((), bool),
        array((), "?"),
    ]
    assert [differentiable(kind) for kind in kinds] == [2, 2, 1, 1, 0, 0]


def test_masks_and_rounded_rows_do_not_vary(graph_of: Any) -> None:
    graph = graph_of(
        lambda x, n: ((x > 0) * 1.0, np.argmax(x) * 2, np.astype(x, int), n * 2.5, x + 1), np.ones(3), 2
    )
    assert [bool(varying(graph, graph.inputs)[row]) for row in graph.outputs] == [
        False,
        False,
        False,
        True,
        True,
    ]
    assert not varying(graph, graph.inputs[:1])[graph.outputs[3]]


def test_zeros_and_ones_have_the_kind_of_their_row() -> None:
    builder = GraphBuilder()
    assert builder.abstract(zeros(builder, array((2,), "i4"))) == array((2,), "f8")
    assert builder.abstract(zeros(builder, array((), "f4"))) == array((), "f4")
    assert builder.params(zeros(builder, Abstract((), int)))["value"] == 0.0
    assert type(one(array((), "f4"))) is np.float32
    assert type(one(Abstract((), float))) is float
