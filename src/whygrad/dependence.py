"""What the units of one file say of each other: some call others, which may be where a mistake is.

A unit whose gradients are right once what it calls is mended has no mistake of its own. A unit that is wrong
by itself, and without whose oddity a caller would be wrong, keeps a convention: a loss that leaves the
division by the number of examples to the layers.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from whygrad.checking.averaging import AVERAGED
from whygrad.checking.evidence import Hints
from whygrad.rendering.repairs import edits_of
from whygrad.source import Source, edited, tree_of

Result = dict[str, Any]


@dataclass(frozen=True)
class Unit:
    """Something that can be checked by itself."""

    name: str
    line: int
    hints: Hints
    size: int = 0
    """About how long it takes to check, beside others: what is in its text."""
    verdict_only: bool = False
    """Is it only asked whether it is right, not where it is wrong?"""
    ran: frozenset[str] = frozenset()
    """Of a script: the functions and classes that it uses."""

    @property
    def owners(self) -> set[str]:
        """The functions and classes that it consists of."""
        return {name.partition(".")[0] for name in (self.hints.forward, self.hints.backward) if name}


Judge = Callable[[Source, Sequence[Unit]], Sequence[Result]]


def reconcile(source: Source, units: Sequence[Unit], results: Sequence[Result], judge: Judge) -> None:
    """Mark findings that a unit shares with what it calls; take back those that callers speak against.

    `judge` gives the verdicts on units of an edited text.
    """
    pairs = list(zip(units, results, strict=True))
    reached = [
        covered(source, sorted(unit.owners | _given(r))) if unit.owners else set(unit.ran)
        for unit, r in pairs
    ]
    for place in sorted(range(len(units)), key=lambda place: len(reached[place])):
        owners, found = units[place].owners, results[place]
        edits = edits_of(found) if found["status"] == "wrong" and owners else {}
        if any(source.line(number) != before for number, (before, _) in edits.items()):
            continue  # of a text that was read as it once ran
        callers = [
            k for k in range(len(units))
            if edits and owners <= reached[k] and not (units[k].owners or {""}) <= reached[place]
            and results[k]["status"] in ("right", "wrong")
        ]  # fmt: skip
        if not callers:
            continue
        mended = Source(source.filename, edited(source.text, edits))
        again = judge(mended, [replace(units[k], verdict_only=True) for k in callers])
        for k, new in zip(callers, again, strict=True):
            if results[k]["status"] == "right" and new["status"] == "wrong":
                _doubt(found, f"`{units[k].name}`, which uses it, is right as it stands")
                break
            if results[k]["status"] == "wrong" and (new["status"] == "right" or not edits_of(results[k])):
                results[k]["findings"] = [{**f, "shared": True} for f in found["findings"] if f["repair"]]
    _excuse_losses(units, results)


def _given(result: Result) -> set[str]:
    """Functions that a unit was given, by the first words of its example inputs: `tanh_prime`."""
    return {text.partition(" ")[0] for text in result.get("assumed", {}).values()}


def _excuse_losses(units: Sequence[Unit], results: Sequence[Result]) -> None:
    """Leave open a loss that does not divide by the examples where a layer of the file does."""
    dividing = [
        unit.name
        for unit, result in zip(units, results, strict=True)
        if any(v["verdict"] == "right" and v["reason"] == AVERAGED for v in result["variables"])
    ]
    for result in results if dividing else ():
        evidence = [finding["evidence"] for finding in result["findings"]]
        if evidence and all(map(_is_undivided, evidence)):
            _doubt(result, f"not divided by the examples: right where layers, such as `{dividing[0]}`, do it")


def _is_undivided(evidence: Mapping[str, Any]) -> bool:
    """Is a gradient as many times the true one as it has examples?"""
    ratio = evidence.get("facts", {}).get("constant_ratio")
    examples = next(iter(evidence.get("got_shape", ())), 1)
    return ratio is not None and examples > 1 and abs(ratio - examples) < 1e-6 * examples


def _doubt(result: Result, reason: str) -> None:
    """Take the findings of a unit back, and say why."""
    for variable in result["variables"]:
        if variable["verdict"] in ("wrong", "inherited"):
            variable.update(verdict="undecided", reason=reason)
    result.update(findings=[], status="undecided")


def covered(source: Source, functions: Sequence[str]) -> set[str]:
    """Functions and classes that ran when the script, or the unit with example inputs, was checked."""
    reads: dict[str, set[str]] = {"": set()}
    for statement in tree_of(source.text).body:
        names = {n.id for n in ast.walk(statement) if isinstance(n, ast.Name)}
        key = statement.name if isinstance(statement, ast.FunctionDef | ast.ClassDef) else ""
        reads.setdefault(key, set()).update(names)
    waiting = [name.partition(".")[0] for name in functions] or [""]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += reads.get(name, ())
    return seen
