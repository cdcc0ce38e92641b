"""The parentheses that are needed and no others; what is written computes what the graph does."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whygrad.differentiation import differentiate
from whygrad.emission.expressions import expression
from whygrad.errors import EmissionError
from whygrad.execution import execute
from whygrad.graph import Graph
from whygrad.tracing.formulas import parse_formula

UNCHANGED = [
    "a - (b - c)", "a - (b + c)", "a * (b + c)", "(a + b) * c", "a / (b * c)", "-(a + b)", "(-a) ** 2",
    "-a ** 2", "2 ** -a", "(a * b) ** 2", "(a ** b) ** c", "1 / (1 + exp(-(w0 * x0 + w1 * x1 + w2)))",
    "a / b / c", "0.5 * a", "a - b - c", "-(a // b)", "-(a % b)", "a - -b % c", "-a * b",
]  # fmt: skip
SHORTER = [
    ("a + (b - c)", "a + b - c"),
    ("a * (b / c)", "a * b / c"),
    ("(a) + ((b))", "a + b"),
    ("a + -b", "a - b"),
]


def graph_of(text: str) -> Graph:
    return parse_formula(text).graph


@pytest.mark.parametrize("text", UNCHANGED)
def test_needed_parentheses_stay(text: str) -> None:
    graph = graph_of(text)
    assert expression(graph, graph.outputs[0], library="") == text


@pytest.mark.parametrize(("text", "short"), SHORTER)
def test_needless_parentheses_go(text: str, short: str) -> None:
    graph = graph_of(text)
    assert expression(graph, graph.outputs[0], library="") == short


ATOMS = st.sampled_from(["a", "b", "c", "2", "0.5"])
EXPRESSIONS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda t: f"({t[0]}) {t[1]} ({t[2]})"),
        inner.map(lambda t: f"-({t})"),
        inner.map(lambda t: f"({t}) ** 2"),
        inner.map(lambda t: f"exp(-({t}) ** 2)"),
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(EXPRESSIONS)
def test_the_text_computes_what_the_graph_does(text: str) -> None:
    formula = parse_formula(f"{text} + 0 * (a + b + c)")
    graph, values = formula.graph, {"a": 0.7, "b": -1.3, "c": 0.4}
    written = expression(graph, graph.outputs[0], library="math")
    want = execute(graph, [values[name] for name in formula.names]).outputs[0]
    with np.errstate(all="ignore"):  # the graph divides by 0 as NumPy does
        got = eval(written, {"math": np}, {name: np.float64(value) for name, value in values.items()})
    assert got == pytest.approx(want, rel=1e-9, nan_ok=True)


def test_a_named_row_is_a_leaf() -> None:
    formula = parse_formula("exp(a * b) * c")
    derivative = differentiate(formula.graph)
    product = next(node.row for node in formula.graph if node.op.name == "multiply")
    names = {derivative.cotangents[product]: "grad_p"}
    gradient = derivative.graph.outputs[0]
    assert expression(derivative.graph, gradient, names, library="") in ("grad_p * b", "b * grad_p")


def test_library_names_functions() -> None:
    graph = graph_of("arctan(exp(a))")
    row = graph.outputs[0]
    assert expression(graph, row) == "np.arctan(np.exp(a))"
    assert expression(graph, row, library="math") == "math.atan(math.exp(a))"


def test_too_long_a_text_is_refused() -> None:
    graph = graph_of("+".join(["a * b"] * 50))
    with pytest.raises(EmissionError, match="longer than 60"):
        expression(graph, graph.outputs[0], longest=60)


def test_array_gradients_run() -> None:
    formula = parse_formula("sum(tanh(x @ w) ** 2)", at={"x": np.ones((4, 3)), "w": np.ones((3, 2))})
    derivative = differentiate(formula.graph)
    rng = np.random.RandomState(0)
    values = {"x": rng.randn(4, 3), "w": rng.randn(3, 2)}
    run = execute(derivative.graph, [values[n] for n in formula.names], keep=True)
    for row in derivative.graph.outputs:
        got = eval(expression(derivative.graph, row), {"np": np}, values)
        np.testing.assert_allclose(got, run[row], rtol=1e-12)
