"""The formula parser: what it reads, where it refuses, and that nothing else ever comes out."""

import math

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import example, given, settings

from whygrad.errors import FormulaError
from whygrad.execution.interpreter import execute
from whygrad.gates import recognise
from whygrad.graph import CONSTANT, validate
from whygrad.source import site
from whygrad.tracing.formulas import MAX_DEPTH, MAX_LENGTH, parse_formula
from whygrad.tracing.points import parse_point
from whygrad.tracing.vocabulary import COMPOSED

NEURON = "sigmoid(w0*x0 + w1*x1 + w2)"


def evaluate(text, **point):
    formula = parse_formula(text, point)
    return execute(formula.graph, formula.arguments(point)).outputs[0]


@pytest.mark.parametrize(
    ("text", "point", "expected"),
    [
        ("2 + 3 * 4", {}, 14.0),
        ("-x ** 2", {"x": 3}, -9.0),
        ("2 ** -x", {"x": 2}, 0.25),
        ("a - b - c", {"a": 1, "b": 2, "c": 3}, -4.0),
        ("a / b / c", {"a": 12, "b": 2, "c": 3}, 2.0),
        ("np.exp(x) + math.sin(x) + numpy.cos(x)", {"x": 0.3}, math.exp(0.3) + math.sin(0.3) + math.cos(0.3)),
        ("pi + math.e", {}, math.pi + math.e),
        ("w[0] * x[1]", {"w": [2, 3], "x": [5, 7]}, 14.0),
        ("M[1, 0] + M[0][1]", {"M": [[1, 2], [3, 4]]}, 5.0),
        ("where(0 < x < 1, x, -x)", {"x": 0.5}, 0.5),
        ("where(0 < x < 1, x, -x)", {"x": 2.0}, -2.0),
        ("x if x > 0 and y > 0 else y", {"x": 2, "y": -1}, -1.0),
        ("(p := a * b) + p", {"a": 2, "b": 3}, 12.0),
        ("dot([a, b], [c, d])", {"a": 1, "b": 2, "c": 3, "d": 4}, 11.0),
        ("sum((x - y) ** 2)", {"x": [1, 2], "y": [3, 5]}, 13.0),
        ("sum(sum(x, axis=0))", {"x": [[1, 2], [3, 4]]}, 10.0),
        ("ln(x) + asin(y) + pow(x, 2)", {"x": 2, "y": 0.5}, math.log(2) + math.asin(0.5) + 4),
        ("a \n + b", {"a": 1, "b": 2}, 3.0),
    ],
)
def test_formula_has_the_value_that_python_gives_it(text, point, expected):
    assert evaluate(text, **point) == pytest.approx(expected, rel=1e-15)


def test_names_are_inputs_in_order_of_appearance_with_exact_sites():
    formula = parse_formula(NEURON)
    validate(formula.graph)
    assert formula.names == ("w0", "x0", "w1", "x1", "w2")
    assert [formula.graph.name(row) for row in formula.graph.inputs] == list(formula.names)
    texts = [site(node.site).text for node in formula.graph if node.op.name in ("input", "multiply", "add")][
        :9
    ]
    assert texts == ["w0", "x0", "w0*x0", "w1", "x1", "w1*x1", "w0*x0 + w1*x1", "w2", "w0*x0 + w1*x1 + w2"]


def test_sigmoid_expands_as_course_notes_draw_it():
    graph = parse_formula(NEURON).graph
    (group,) = parse_formula(NEURON).groups
    gates = [graph.op(row).name for row in group.rows if graph.op(row) is not CONSTANT]
    assert group.name == "sigmoid"
    assert gates == ["multiply", "exp", "add", "divide"]
    assert site(graph[group.output].site).text == NEURON
    assert site(graph[group.output].site).label == "1 / (1 + exp(-1 * x))"


@pytest.mark.parametrize("name", ["sigmoid", "silu", "relu", "softplus"])
def test_marked_groups_are_those_that_recognition_finds(name):
    formula = parse_formula(f"3 * {name}(x * y)")
    found = {(gate.name, gate.rows, gate.inputs, gate.output) for gate in recognise(formula.graph)}
    assert {tuple(group) for group in formula.groups} == found


@pytest.mark.parametrize("name", sorted(COMPOSED))
@pytest.mark.parametrize("x", [-1000.0, -1.5, 0.0, 2.0, 1000.0])
def test_composed_functions_do_not_overflow(name, x):
    truth = {
        "sigmoid": 0.0 if x < -700 else 1 / (1 + math.exp(-x)),
        "relu": max(x, 0.0),
        "softplus": max(x, 0.0) + math.log1p(math.exp(-abs(x))),
    }
    truth["logistic"] = truth["sigmoid"]
    truth["silu"] = truth["swish"] = x * truth["sigmoid"]
    assert evaluate(f"{name}(x)", x=x) == pytest.approx(truth[name], rel=1e-14, abs=1e-300)


@pytest.mark.parametrize(
    ("text", "says", "column", "hint"),
    [
        ("", "empty", None, "sigmoid"),
        ("sigmod(x)", "`sigmod` is not known", 1, "did you mean `sigmoid`?"),
        ("1 + Exp(x)", "`Exp` is not known", 5, "did you mean `exp`?"),
        ("frobnicate(x)", "`frobnicate` is not known", 1, "known functions"),
        ("x + a.b", "`.b`: an attribute", 5, None),
        ("x.sum()", "`.sum`: an attribute", 1, "write sum(...)"),
        ("lambda x: x", "a lambda", 1, None),
        ("[x for x in y]", "a comprehension", 1, None),
        ("x + (y for y in z)", "a comprehension", 5, None),
        ("__import__('os')", "`__import__` is not known", 1, None),
        ("x + __builtins__", "`__builtins__` is not allowed", 5, None),
        ("x ^ 2", "operator `^`", 1, "a power is written `**`"),
        ("x[i]", "an index in a formula is a plain number", 3, None),
        ("sin(x)[0]", "only a name has entries", 1, None),
        ("w + w[0]", "`w` is used both whole and by its entries", 5, "w[0], w[1]"),
        ("1e999 * x", "too large", 1, None),
        ("2j", "complex", 1, None),
        ("x + 'a'", "str", 5, None),
        ("f'{x}'", "text", 1, None),
        ("True", "bool", 1, None),
        ("y = x + 1", "no formula", 3, "right-hand side"),
        ("sin(x", "never closed", 4, None),
        ("exp()", "needs an argument", 1, "exp(x)"),
        ("exp(x, y)", "exp does not take", 1, None),
        ("sigmoid(x, y)", "`sigmoid` takes 1", 1, None),
        ("sum(x, where=y)", "option `where`", 14, None),
        ("exp(*x)", "`*` before an argument", 5, None),
        ("f(x)(y)", "known by name", 1, None),
        ("(x := y) + (x := z)", "`x` cannot be given", 13, None),
        ("x in y", "`in` and `is`", 1, None),
        ("~x", "`~`", 1, None),
        ("+".join("x" * 6000), "characters", None, None),
    ],
)
def test_refuses_by_name_and_place(text, says, column, hint):
    with pytest.raises(FormulaError) as caught:
        parse_formula(text)
    assert says in caught.value.message
    assert column is None or caught.value.place.column == column
    assert hint is None or hint in caught.value.hint


@pytest.mark.parametrize(
    "text", ["-" * 9000 + "x", "(" * 4000 + "x" + ")" * 4000, "sin(" * 2000 + "x" + ")" * 2000]
)
def test_deep_nesting_is_refused_not_crashed_on(text):
    with pytest.raises(FormulaError, match=r"nested|characters|parentheses"):
        parse_formula(text)


def test_long_sums_are_no_deep_nesting():
    count = 4 * MAX_DEPTH
    assert evaluate("+".join(["x"] * count), x=1.0) == count
    assert len("+".join(["x"] * count)) < MAX_LENGTH


def test_arguments_say_what_is_missing_and_what_is_unknown():
    formula = parse_formula("w[0]*x + b")
    assert formula.arguments({"w": [2], "x": 3, "b": 4}) == [2.0, 3.0, 4.0]
    with pytest.raises(FormulaError, match="no value is given for `x`, `b`"):
        formula.arguments({"w": [2]})
    with pytest.raises(FormulaError, match="no such name; its names are"):
        formula.arguments({"w": [2], "x": 3, "b": 4, "c": 5})
    with pytest.raises(FormulaError, match="no entry"):
        formula.arguments({"w": [], "x": 3, "b": 4})
    with pytest.raises(FormulaError, match="is no number"):
        formula.arguments({"w": [2], "x": "three", "b": 4})


PIECES = st.sampled_from(
    [
        "x",
        "y",
        "w[0]",
        "1",
        "2.5",
        "1e400",
        "-3",
        "+",
        "-",
        "*",
        "/",
        "**",
        "@",
        "%",
        "//",
        "(",
        ")",
        "[",
        "]",
        ",",
        ":",
        ":=",
        "=",
        "==",
        "<",
        ">",
        "if",
        "else",
        "and",
        "not",
        "in",
        "is",
        "lambda",
        "for",
        "exp",
        "sin",
        "sigmoid",
        "relu",
        "sum",
        "dot",
        "where",
        "max",
        "np.",
        "math.",
        ".T",
        "__class__",
        "'",
        '"',
        "{",
        "}",
        "#",
        "\\",
        "\n",
        "\t",
        "\x00",
        "é",
        "𝒙",
        "∂",
        "axis=0",
        "pi",
        "...",
    ]
)


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.text(max_size=60),
        st.lists(PIECES, max_size=16).map("".join),
        st.lists(PIECES, max_size=16).map(" ".join),
    )
)
@example("\ud800")
@example("0" * 5000)
@example("x\x0c+y")
@example("sum(x, axis=(0, (1,)))")
def test_nothing_but_a_graph_or_a_formula_error_comes_out(text):
    try:
        formula = parse_formula(text)
    except FormulaError as error:
        assert error.message
    else:
        validate(formula.graph)


@settings(max_examples=100, deadline=None)
@given(st.recursive(
    st.sampled_from(["x", "y", "2", "0.5"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*"]), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(st.sampled_from(["sin", "cos", "arctan", "abs"]), inner).map(lambda t: f"{t[0]}({t[1]})"),
    ),
    max_leaves=20,
))  # fmt: skip
def test_random_formulas_have_the_value_of_python(text):
    names = {"sin": np.sin, "cos": np.cos, "arctan": np.arctan, "abs": abs, "x": 0.7, "y": -1.3}
    value = evaluate(text, **{name: names[name] for name in ("x", "y") if name in parse_formula(text).names})
    assert value == pytest.approx(eval(text, {"__builtins__": {}}, names), rel=1e-13, abs=1e-13)


def test_the_point_that_is_proposed_is_whole_and_can_be_given():
    formula = parse_formula("w[0] * x + b")
    with pytest.raises(FormulaError) as caught:
        formula.arguments({"w": [2.5], "x": 3})
    proposed = "w=[2.5], x=3, b=1"
    assert caught.value.hint == f'--at "{proposed}" (in Python: at="{proposed}")'
    assert formula.arguments(parse_point(proposed)) == [2.5, 3.0, 1.0]
