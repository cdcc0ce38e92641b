"""Every cause has a code of its own, a page, and examples of which the wrong one yields exactly its code."""

import inspect

import pytest

from whygrad.diagnosis import check_program
from whygrad.diagnosis.causes import CAUSES, Cause
from whygrad.source import Source

EXAMPLES = [cause for cause in CAUSES if cause.wrong]


def codes(text: str) -> tuple[str, set[str]]:
    result = check_program(Source("example.py", text))
    return result.status, {finding.code for finding in result.findings}


def test_codes_and_names_are_unique() -> None:
    assert len({cause.code for cause in CAUSES}) == len(CAUSES)
    assert len({cause.name for cause in CAUSES}) == len(CAUSES)


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.name)
def test_a_cause_is_a_page(cause: Cause) -> None:
    page = inspect.cleandoc(cause.__doc__ or "")
    assert page.splitlines()[0].endswith(".")
    for part in ("What happened:", "Why:", "Fix:"):
        assert part in page
    assert cause.name == cause.name.lower() and " " not in cause.name


def test_only_the_last_resort_has_no_example() -> None:
    assert [cause.name for cause in CAUSES if not cause.wrong] == ["unexplained"]


@pytest.mark.parametrize("cause", EXAMPLES, ids=lambda cause: cause.name)
def test_the_wrong_example_yields_its_code(cause: Cause) -> None:
    status, found = codes(f"{cause.forward}\n{cause.wrong}\n")
    assert cause.code in found
    assert found == {cause.code}
    assert status == ("right" if cause.name == "missing-import" else "wrong")


@pytest.mark.parametrize("cause", EXAMPLES, ids=lambda cause: cause.name)
def test_the_right_example_yields_nothing(cause: Cause) -> None:
    assert codes(f"{cause.forward}\n{cause.right}\n") == ("right", set())
