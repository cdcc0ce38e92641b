"""Points given as text."""

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from whygrad.errors import FormulaError
from whygrad.tracing.points import parse_point


@pytest.mark.parametrize(
    ("text", "point"),
    [
        ("", {}),
        ("w0=2, w1=-3, w2=-3, x0=-1, x1=-2", {"w0": 2.0, "w1": -3.0, "w2": -3.0, "x0": -1.0, "x1": -2.0}),
        ("a = .5; b=1e-3 c=+2.,", {"a": 0.5, "b": 0.001, "c": 2.0}),
        ("x=[1, 2], M=[[1,2],(3,4)]", {"x": [1.0, 2.0], "M": [[1.0, 2.0], [3.0, 4.0]]}),
        ("w[0]=1, w[ 1 ]=2, M[0, 1]=3", {"w[0]": 1.0, "w[1]": 2.0, "M[0,1]": 3.0}),
        ("x=[]", {"x": []}),
        ("é=1_000", {"é": 1000.0}),
    ],
)
def test_reads_numbers_and_lists(text, point):
    assert parse_point(text) == point


@pytest.mark.parametrize(
    ("text", "says", "column"),
    [
        ("w0", "a name and its number", 1),
        ("w0=", "a number", 4),
        ("w0=two", "a number", 4),
        ("a=1, a=2", "`a` is given twice", 6),
        ("a=1b=2", "a number", 3),
        ("a=[1, 2", "a number", 8),
        ("a=[1 2]", "a number", 5),
        ("a=[1, 2)", "`)` is not expected", 8),
        ("a=__import__('os')", "a number", 3),
        ("a=1e999", "too large", 3),
        ("a=" + "[" * 100, "nested", 19),
        ("a=1 + 1", "a name and its number", 5),
    ],
)
def test_refuses_everything_else_with_its_place(text, says, column):
    with pytest.raises(FormulaError) as caught:
        parse_point(text)
    assert says in caught.value.message
    assert caught.value.place.column == column


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab=,;[]() 0123456789.eE+-_\n'\"nanif\u0663", max_size=40))
def test_nothing_but_a_point_or_a_formula_error_comes_out(text):
    try:
        parse_point(text)
    except FormulaError as error:
        assert error.message


@settings(max_examples=100, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["a", "b", "w[0]", "x1"]), st.floats(allow_nan=False, allow_infinity=False)
    )
)
def test_what_is_written_is_read(point):
    assert parse_point(", ".join(f"{name}={value!r}" for name, value in point.items())) == point
