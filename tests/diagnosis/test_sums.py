"""Terms of sums, gathered and compared: the value of the text stays what it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whygrad.diagnosis.sums import gathered, grown, terms_of

VALUES = {"a": 1.7, "b": -0.3, "c": 2.9}


def value(text: str) -> float:
    return float(eval(text, {}, dict(VALUES)))


SUMS = st.lists(
    st.tuples(st.sampled_from("+-"), st.sampled_from(["a", "b", "c", "a * b", "(b - c)", "a ** 2"])),
    min_size=1,
    max_size=5,
).map(lambda terms: " ".join(f"{sign} {text}" for sign, text in terms).removeprefix("+ "))


@given(SUMS)
def test_gathering_keeps_the_value(text: str) -> None:
    assert value(gathered(text)) == pytest.approx(value(text), abs=1e-12)
    assert sum(sign * value(term) for sign, term in terms_of(text)) == pytest.approx(value(text), abs=1e-12)


@given(SUMS, SUMS)
def test_a_sum_grows_to_another_of_the_same_value(old: str, more: str) -> None:
    whole = f"{more} + {old}" if not old.startswith("-") else f"{more} - ({old[2:]})"
    new = grown(old, whole)
    if new:
        assert new.startswith(old) and value(new) == pytest.approx(value(whole), abs=1e-12)


def test_a_penalty_that_is_missing_is_put_behind_what_is_there() -> None:
    assert grown("x.T @ dz", "reg * W + reg * W + x.T @ dz") == "x.T @ dz + 2 * reg * W"
    assert grown("a", "b - a") == "" and grown("a + b", "b + a") == ""
    assert gathered("a + a - b") == "2 * a - b"
