"""A statement is judged by running what follows it."""

import numpy as np

from whygrad.diagnosis.blocks import BlockBench, rest_of_block
from whygrad.diagnosis.drafts import Draft
from whygrad.diagnosis.suspects import statements

BENCH = BlockBench([{"a": 2.0}, {"a": 5.0}], [4.0, 10.0], "c", "c = b", {"np": np})


def test_a_statement_is_right_if_the_variable_is_right_after_the_rest() -> None:
    assert BENCH.judge("b = 2 * a").right
    assert not BENCH.judge("b = a + 2").right, "right in the first environment only"
    assert not BENCH.judge("b = nothing").right
    assert not BENCH.judge("b = (").right


def test_a_candidate_leaves_the_operands_alone() -> None:
    a = np.ones(2)
    bench = BlockBench([{"a": a}], [np.full(2, 3.0)], "a", "", {})
    assert bench.judge("a += 2").right
    assert bench.judge("a += 2").right
    assert a.tolist() == [1.0, 1.0]


def test_a_value_put_in_place_of_a_result() -> None:
    assert BENCH.holds("b", [4.0, 10.0])
    assert not BENCH.holds("b", [4.0, 9.0])


def test_the_rest_goes_up_to_the_line_and_not_past_a_loop(draft: Draft) -> None:
    by_line = {s.line: s for s in statements(draft.tree)}
    assert rest_of_block(draft, by_line[9], 10) == "dW = x.T @ dz"
    assert rest_of_block(draft, by_line[10], 10) == ""
    assert rest_of_block(draft, by_line[10], 9) is None


def test_a_shape_is_not_repeated() -> None:
    bench = BlockBench([{"shape": (30, 30, 30), "n": 4}], [1.0], "b", "", {"np": np})
    assert not bench.judge("b = np.ones(shape * n)").right
