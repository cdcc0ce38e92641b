"""Which gates are drawn as one: larger ones first, and each can be opened."""

from whygrad.gates import group, recognise
from whygrad.tracing.formulas import parse_formula


def test_one_gate_within_another():
    graph = parse_formula("silu(x) + sigmoid(y)").graph
    assert [gate.name for gate in recognise(graph)] == ["sigmoid", "silu", "sigmoid"]
    grouping = group(graph)
    assert [gate.name for gate in grouping.gates] == ["silu", "sigmoid"]
    units = list(grouping.units())
    assert [unit.name for unit in units if not isinstance(unit, int)] == ["silu", "sigmoid"]
    rows = {row for gate in grouping.gates for row in gate.rows}
    assert {unit for unit in units if isinstance(unit, int)} == set(range(len(graph))) - rows


def test_expand_and_collapse_are_each_others_inverse():
    graph = parse_formula("sigmoid(sigmoid(x))").graph
    grouping = group(graph)
    inner, outer = grouping.gates
    opened = grouping.expand(inner)
    assert opened.gate_of(inner.output) is None
    assert opened.gate_of(outer.output) is outer
    assert list(opened.collapse(inner).units()) == list(grouping.units())
