"""The verdicts of a check result in words: of each gradient, of a file, of several files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from whygrad.report import Words

Result = Mapping[str, Any]

WORDS = {
    "right": Words("✓ right", "right"),
    "wrong": Words("✗ wrong", "wrong"),
    "inherited": Words("✗ inherited", "wrong"),
    "undecided": Words("? undecided", "hint"),
}


def verdict_of(variable: Result) -> Words:
    """The verdict on one gradient, with the reason where there is one."""
    verdict = variable["verdict"]
    if verdict in ("wrong", "inherited") and variable.get("right_at_given_inputs"):
        return Words("✗ right at your numbers, wrong in general", "wrong")
    words = WORDS.get(verdict, Words(str(verdict)))
    if variable.get("reason") and verdict == "undecided":
        return Words(f"{words.text}: {variable['reason']}", words.style)
    return words


def summary(result: Result) -> str:
    """One sentence about a file, without a full stop."""
    variables, findings = result.get("variables", ()), result.get("findings", ())
    if result.get("units"):
        return _units(result["units"], len(findings))
    of = f" of `{result['output']}`" if result.get("output") else ""
    of = f" that `{result['functions'][0]}` makes" if is_engine(result) else of
    if result["status"] == "right":
        all_of = "both" if len(variables) == 2 else f"all {len(variables)}"
        many = f"{all_of} gradients" if len(variables) > 1 else "the gradient"
        return f"{many}{of} {'are' if len(variables) > 1 else 'is'} right"
    if result["status"] == "undecided":
        return f"not every gradient{of} could be decided"
    bad = sum(v["verdict"] in ("wrong", "inherited") for v in variables)
    if is_engine(result):
        return (
            f"`{result['functions'][0]}` makes {bad} of {len(variables)} gradients wrong, {_found(findings)}"
        )
    said = f"{bad} of {counted(len(variables), 'gradient')}{of} wrong" if variables else "something is wrong"
    return f"{said}, {_found(findings)}"


def _found(findings: Sequence[Result]) -> str:
    return counted(len(findings), "finding")


def is_engine(result: Result) -> bool:
    """Was a home-made engine checked, by a script that is not the user's?"""
    functions: Sequence[str] = result.get("functions") or ()
    named = len(functions) == 1 and "." not in functions[0]
    return bool(named and result["variables"]) and not any(v["line"] for v in result["variables"])


def _units(units: Sequence[Result], findings: int) -> str:
    """One sentence about a file of many units: pairs, classes, losses."""
    if all(unit["status"] == "right" for unit in units):
        return f"all gradients of {len(units)} units are right"
    more = f", {counted(findings, 'finding')}" if findings else ""
    return f"{counted(len(units), 'unit')}: {_shares([unit['status'] for unit in units])}{more}"


def summary_of_all(results: Sequence[Result]) -> str:
    """One sentence about several files."""
    return f"{counted(len(results), 'file')} checked: {_shares([result['status'] for result in results])}"


def _shares(statuses: Sequence[str]) -> str:
    met = Counter(statuses)
    return ", ".join(f"{met[status]} {words}" for status, words in _STATUS_WORDS.items() if met[status])


_STATUS_WORDS = {"right": "right", "wrong": "wrong", "undecided": "undecided", "error": "not checked"}


def counted(number: int, noun: str, nouns: str = "") -> str:
    """`1 finding`, `2 findings`; another plural may be given."""
    return f"{number} {noun if number == 1 else nouns or f'{noun}s'}"
