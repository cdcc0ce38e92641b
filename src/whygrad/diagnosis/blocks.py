"""Judge a statement by running it with the statements after it, up to the one that makes the wrong gradient.

Operands are recorded once, so a candidate costs microseconds where a run of the program costs milliseconds.
"""

from __future__ import annotations

import ast
import textwrap
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from types import CodeType
from typing import Any

import numpy as np

from whygrad.checking.comparison import compare
from whygrad.checking.copying import duplicate, duplicated
from whygrad.checking.evidence import Value
from whygrad.checking.observing import follow
from whygrad.diagnosis.drafts import Draft
from whygrad.diagnosis.search import WRONG, Score, likeness, repeats_a_shape
from whygrad.diagnosis.suspects import Suspect

RETURNED = "__whygrad_returned"


@lru_cache(maxsize=8192)
def _code(text: str) -> CodeType | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return compile(text, "<candidate>", "exec")
    except (SyntaxError, ValueError):
        return None


@lru_cache(maxsize=8192)
def _names(code: CodeType | None) -> frozenset[str]:
    """Names of the module that code reads or binds, in the functions and comprehensions within it too."""
    if code is None:
        return frozenset()
    inner = (_names(c) for c in code.co_consts if isinstance(c, CodeType))
    return frozenset(code.co_names).union(*inner)


@dataclass(eq=False)
class BlockBench:
    """Runs a candidate statement and the rest of its block; compares one variable at the end."""

    environments: Sequence[Mapping[str, Value]]
    wants: Sequence[Value]
    name: str
    rest: str
    shared: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.after = _code(self.rest) if self.rest else None
        self.needed = _names(self.after) | {self.name.split(".")[0].split("[")[0]}

    def _space(self, k: int, code: CodeType | None) -> dict[str, Any]:
        """The k-th environment, of which no more is copied than what is named."""
        names = self.needed | _names(code)
        return {**self.shared, **duplicated({n: v for n, v in self.environments[k].items() if n in names})}

    def judge(self, text: str) -> Score:
        """Is the variable right after a candidate statement and the rest?"""
        code = _code(text)
        if code is None:
            return WRONG
        progress = WRONG
        for k, want in enumerate(self.wants):
            namespace = self._space(k, code)
            if repeats_a_shape(text, namespace):
                return progress
            try:
                with np.errstate(all="ignore"):
                    exec(code, namespace)
                    if self.after is not None:
                        exec(self.after, namespace)
                got = follow(self.name, namespace)
                found = compare(got, want)
            except Exception:  # also of a list that was put into itself
                return progress
            if not found.agrees:
                share = (
                    0.1 + 0.9 * float(1 - np.mean(found.wrong)) if found.same_shape else likeness(got, want)
                )
                return Score(False, share if k == 0 else min(share, progress.progress))
            progress = Score(True, 1.0)
        return progress

    def made(self, text: str, name: str) -> list[Value]:
        """What a statement binds a name to, in each environment; empty where it raises."""
        return [namespace.get(name) for namespace in self._ran(text, None)]

    def ends(self, text: str) -> list[Value]:
        """The variable after a statement and the rest, in each environment; empty where it raises."""
        try:
            return [follow(self.name, namespace) for namespace in self._ran(text, self.after)]
        except Exception:  # also where a candidate made something else of an object on the way
            return []

    def _ran(self, text: str, after: CodeType | None) -> list[dict[str, Any]]:
        """The names after a statement and what follows it, in each environment; empty where it raises."""
        code, found = _code(text), list[dict[str, Any]]()
        for k in range(len(self.environments)) if code is not None else ():
            namespace = self._space(k, code)
            try:
                with np.errstate(all="ignore"):
                    for part in (code, after):
                        if part is not None:
                            exec(part, namespace)
            except Exception:
                return []
            found.append(namespace)
        return found

    def led_to(self, name: str, values: Sequence[Value]) -> list[Value]:
        """What the rest makes of other values of a name, in each environment; empty where it raises."""
        found: list[Value] = []
        for k, value in enumerate(values if self.after is not None else ()):
            namespace = {**self._space(k, None), name: duplicate(value)}
            try:
                with np.errstate(all="ignore"):
                    exec(self.after, namespace)  # type: ignore[arg-type]
                found.append(follow(self.name, namespace))
            except Exception:
                return []
        return found

    def holds(self, name: str, values: Sequence[Value]) -> bool:
        """Is the variable right after the rest, were another name bound to these values before it?"""
        found = self.led_to(name, values)
        return bool(found) and all(compare(f, want).agrees for f, want in zip(found, self.wants, strict=True))


def rest_of_block(draft: Draft, suspect: Suspect, line: int) -> str | None:
    """The text after a suspect up to the statement of its block that holds a line; None where none does."""
    block = list(suspect.block)
    if suspect.node not in block or suspect.in_loop:
        return None
    place = block.index(suspect.node)
    for end in range(place, len(block)):
        node = block[end]
        if node.lineno <= line <= (node.end_lineno or node.lineno):
            between = block[place + 1 : end + 1]
            if any(isinstance(n, ast.Return) for part in between for n in ast.walk(part)):
                return None
            if not between:
                return ""
            lines = draft.source.lines[between[0].lineno - 1 : between[-1].end_lineno]
            return textwrap.dedent("\n".join(lines))
    return None


def rest_to_return(draft: Draft, suspect: Suspect, line: int, part: ast.expr | None) -> str | None:
    """The same for a gradient that is a part of what a `return` gives; it is bound to RETURNED."""
    block = list(suspect.block)
    end = next((k for k, n in enumerate(block) if isinstance(n, ast.Return) and n.lineno <= line), None)
    if part is None or end is None or suspect.in_loop or suspect.node not in block[:end]:
        return None
    between = block[block.index(suspect.node) + 1 : end]
    if any(isinstance(n, ast.Return) for node in between for n in ast.walk(node)):
        return None
    lines = draft.source.lines[between[0].lineno - 1 : between[-1].end_lineno] if between else []
    last = f"{RETURNED} = {' '.join(draft.source.segment(draft.source.span_of(part)).split())}"
    return "\n".join([textwrap.dedent("\n".join(lines)), last])
