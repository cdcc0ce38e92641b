"""The ledger: every number against outside truth; sums over edges and over paths close."""

import math

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from whygrad.differentiation import differentiate
from whygrad.errors import UsageError
from whygrad.execution.interpreter import execute
from whygrad.explanation import explain, ledger
from whygrad.explanation.subjects import Subject, subject_of
from whygrad.graph import CONSTANT, INPUT, Abstract, GraphBuilder
from whygrad.ops import OPS
from whygrad.tracing.formulas import parse_formula

NEURON = "sigmoid(w0*x0 + w1*x1 + w2)"
POINT = {"w0": 2.0, "w1": -3.0, "w2": -3.0, "x0": -1.0, "x1": -2.0}


def entries(text, **point):
    return subject_of(text, at=point).ledger()


def plain(text):
    """A formula as a plain function of complex numbers."""
    names = {
        "sigmoid": lambda z: 1 / (1 + np.exp(-z)), "exp": np.exp, "sin": np.sin, "cos": np.cos, "log": np.log,
        "sqrt": np.sqrt, "tanh": np.tanh, "sum": np.sum,
    }  # fmt: skip
    return lambda point: eval(text, {"__builtins__": {}}, {**names, **point})


FORMULAS = [
    (NEURON, POINT),
    ("x * sin(x) + exp(x * y) / x", {"x": 1.3, "y": -0.4}),
    ("(a + b) * (b + 1) * b", {"a": 2.0, "b": 1.5}),
    ("sqrt(x ** 3 + y ** 2) - log(x * y) * x", {"x": 1.1, "y": 2.2}),
    ("tanh(x) * sigmoid(x) - x / (1 + x * x)", {"x": 0.7}),
    ("2 ** x - x ** 2 + 1 / x", {"x": 3.0}),
]


@pytest.mark.parametrize(("text", "point"), FORMULAS)
def test_gradients_are_those_of_the_complex_step(text, point):
    book = entries(text, **point)
    for row in book.graph.inputs:
        name = book.label(row)
        truth = plain(text)({**point, name: point[name] + 1e-30j}).imag / 1e-30
        assert book.gradient(row) == pytest.approx(truth, rel=1e-12)


@pytest.mark.parametrize(("text", "point"), FORMULAS)
def test_every_row_is_the_sum_of_its_edges_and_of_its_paths(text, point):
    book = entries(text, **point)
    ways = book.paths(1000)
    assert book.is_scalar
    for row in book.names:
        if row == book.output:
            continue
        uses = book.uses(row)
        assert sum(edge.contribution for edge in uses) == pytest.approx(book.gradient(row), rel=1e-12)
        paths = ways.best(row, 1000)
        assert len(paths) == ways.count(row)
        assert sum(path.product for path in paths) == pytest.approx(book.gradient(row), rel=1e-12)


@pytest.mark.parametrize(("text", "point"), FORMULAS)
def test_contribution_is_local_times_upstream(text, point):
    book = entries(text, **point)
    for edge in (book.edge(*key) for key in book.edges):
        assert edge.contribution == pytest.approx(edge.local * edge.upstream, rel=1e-12)


@pytest.mark.parametrize(("text", "point"), FORMULAS)
def test_formulas_of_rows_and_local_gradients_have_their_values(text, point):
    """What is printed is true: read back as Python at the values of this run."""
    book = entries(text, **point)
    values = {book.label(row): book.run[row] for row in book.names}
    for row in book.names:
        if book.graph.op(row) is not INPUT:
            assert plain(book.formula(row))(values) == pytest.approx(book.run[row], rel=1e-12)
    for edge in (book.edge(*key) for key in book.edges):
        assert plain(edge.formula)(values) == pytest.approx(edge.local, rel=1e-9)


def test_the_seed_by_name():
    book = entries(NEURON, **POINT)
    product = 0.19661193324148185
    truth = {"w0": -product, "w1": -2 * product, "w2": product, "x0": 2 * product, "x1": -3 * product}
    assert {book.label(r): book.gradient(r) for r in book.graph.inputs} == pytest.approx(truth, rel=1e-14)
    told = [f"{e.name} = {e.formula}" for e in book.entries if e.formula]
    assert told == [
        "t1 = w0 * x0", "t2 = w1 * x1", "t3 = t1 + t2", "t4 = t3 + w2",
        "t5 = -1 * t4", "t6 = exp(t5)", "t7 = 1 + t6", "out = 1 / t7",
    ]  # fmt: skip
    locals_ = {
        (book.label(e.row), book.label(e.source)): e.formula for e in [book.edge(*key) for key in book.edges]
    }
    assert locals_["out", "t7"] == "-out / t7"
    assert locals_["t4", "w2"] == "1"
    assert locals_["t1", "x0"] == "w0"


@pytest.mark.parametrize(
    ("text", "point", "by", "formula"),
    [
        ("x ** 3", {"x": 2.0}, "x", "3 * x ** 2"),
        ("x ** 2", {"x": 2.0}, "x", "2 * x"),
        ("log(x)", {"x": 2.0}, "x", "1 / x"),
        ("maximum(x, y)", {"x": 2.0, "y": 1.0}, "y", "1 if y > x else 0"),
        ("where(x > 0, y, x)", {"x": 2.0, "y": 1.0}, "y", "1 if t1 else 0"),
        ("x / 3", {"x": 2.0}, "x", "1 / 3"),
        ("sin(x)", {"x": 2.0}, "x", "cos(x)"),
    ],
)
def test_local_gradients_read_as_one_writes_them(text, point, by, formula):
    book = entries(text, **point)
    (edge,) = [
        e
        for e in (book.edge(*key) for key in book.edges)
        if book.label(e.source) == by and e.row == book.output
    ]
    assert edge.formula == formula


def test_a_ladder_with_two_to_the_fifty_paths():
    builder = GraphBuilder()
    scalar = Abstract((), float)
    row = first = builder.add(INPUT, (), scalar)
    builder.name_row(row, "x")
    for _ in range(50):
        row = builder.add(OPS["add"], (row, row), scalar)
    book = Subject("ladder", builder.freeze([first], [row]), [1.0]).ledger()
    assert book.paths().count(first) == 2**50
    assert book.gradient(first) == 2.0**50
    assert [path.product for path in book.paths().best(first, 20)] == [1.0] * 20


def test_arrays_keep_their_sums():
    book = entries("sum((x @ W - y) ** 2) / 3", x=[[1, 2], [3, 4]], W=[[1, 0], [2, 1]], y=[[1, 1], [0, 2]])
    assert not book.is_scalar
    for row in book.graph.inputs:
        total = sum(edge.contribution for edge in book.uses(row))
        np.testing.assert_allclose(total, book.gradient(row), rtol=1e-13)
    x, weights, y = (np.array(book.run[row]) for row in book.graph.inputs)
    np.testing.assert_allclose(
        book.gradient(book.graph.inputs[1]), 2 / 3 * x.T @ (x @ weights - y), rtol=1e-13
    )


def test_rows_beside_the_output_are_left_out():
    builder = GraphBuilder()
    scalar = Abstract((), float)
    x = builder.add(INPUT, (), scalar)
    builder.name_row(x, "x")
    beside = builder.add(OPS["exp"], (x,), scalar)
    y = builder.add(OPS["sin"], (x,), scalar)
    builder.add(OPS["multiply"], (beside, y), scalar)
    subject = Subject("part", builder.freeze([x], [y]), [0.5])
    assert [node.op.name for node in subject.graph] == ["input", "sin"]
    assert subject.ledger().gradient(subject.graph.inputs[0]) == pytest.approx(math.cos(0.5))


def test_an_output_that_is_no_number_is_refused():
    with pytest.raises(UsageError, match="true or false"):
        entries("x > 2", x=1)


def test_names_assigned_again_stay_apart():
    builder = GraphBuilder()
    scalar = Abstract((), float)
    x = builder.add(INPUT, (), scalar)
    builder.name_row(x, "t1")
    rows = [builder.add(OPS["sin"], (x,), scalar)]
    for _ in range(2):
        builder.name_row(rows[-1], "h")
        rows.append(builder.add(OPS["sin"], (rows[-1],), scalar))
    rows.append(builder.add(OPS["sin"], (rows[-1],), scalar))
    book = Subject("names", builder.freeze([x], [rows[-1]]), [0.5]).ledger()
    names = list(book.names.values())
    assert len(set(names)) == len(names)
    assert names == ["t1", "h", "h#2", "u1", "out"]


def test_ledger_reads_what_execute_gave():
    graph = subject_of("x * x", at={"x": 3}).graph
    derivative = differentiate(graph)
    book = ledger(graph, execute(derivative.graph, [3.0], keep=True), derivative)
    assert book.paths().count(graph.inputs[0]) == 2
    assert [edge.contribution for edge in book.uses(graph.inputs[0])] == [3.0, 3.0]
    assert all(graph.op(row) is not CONSTANT for row in book.names)


EXPRESSIONS = st.recursive(
    st.sampled_from(["x", "y", "2", "0.5", "-1"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(
            st.sampled_from(["sin", "exp", "sigmoid", "relu", "softplus", "tanh", "abs", "log"]), inner
        ).map(lambda t: f"{t[0]}({t[1]})"),
    ),
    max_leaves=12,
)


@settings(max_examples=80, deadline=None)
@given(EXPRESSIONS)
def test_any_formula_is_explained_and_its_sums_close(text):
    names = parse_formula(text).names
    subject = subject_of(text, at={name: {"x": 0.7, "y": -1.3}[name] for name in names})
    book = subject.ledger()
    explain(subject)
    for row, label in book.names.items():
        explain(subject, why=label)
        gradient, uses = book.gradient(row), book.uses(row)
        if uses and np.isfinite(gradient) and abs(gradient) < 1e8:
            assert sum(use.contribution for use in uses) == pytest.approx(gradient, rel=1e-9, abs=1e-9)
