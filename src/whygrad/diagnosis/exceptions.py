"""A script that raises: the edit that gets past the exception, found by running."""

from __future__ import annotations

import ast
import builtins
import difflib
import re
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from whygrad.checking.evidence import Failure, Hints
from whygrad.checking.forms import arrange
from whygrad.checking.plain import Namespace
from whygrad.checking.programs import GIVEN, Program
from whygrad.checking.values import is_numeric
from whygrad.diagnosis.drafts import Draft
from whygrad.diagnosis.fragments import Fragment
from whygrad.diagnosis.moves import indentations, read_early
from whygrad.diagnosis.mutation import Material, variants
from whygrad.diagnosis.pieces import Pieces
from whygrad.diagnosis.search import numeric_leaves
from whygrad.diagnosis.slips import Slip, Solution, Variant
from whygrad.diagnosis.suspects import Suspect, reads, statements, targets
from whygrad.errors import ScriptError, WhygradError
from whygrad.source import Source

KINDS = {
    "container", "transpose", "product", "operands", "name", "index", "slice", "axis", "sum", "unwrap",
    "function", "dtype", "target", "drop-factor", "constant", "operator",
    "drop-term",
}  # fmt: skip
SLIPS = (TypeError, ValueError, LookupError, NameError, AttributeError, ArithmeticError)
"""Exceptions that a slip of the pen can cause. A full memory, a missing file, a recursion without end are
other things: no edit of a token mends them, and trying would do it all again."""
MOST_CANDIDATES = 40
MOST_MAKERS = 12
"""Statements above the one that raises that are searched."""


def refuse_inputs(failure: Failure, hints: Hints) -> None:
    """Raise ScriptError where the forward function raises with the values that its caller gave.

    Then the inputs are at fault, or the function; no edit of it can tell which was meant.
    """
    name = hints.forward.rpartition(".")[2]
    if not hints.given or failure.exception is None:
        return
    frames = [frame for frame, _ in traceback.walk_tb(failure.exception.__traceback__)]
    if any(frame.f_code.co_name == name for frame in frames):
        raise ScriptError(
            f"`{hints.forward}` raises {failure.kind} with the inputs that were given: {failure.message}",
            hint="give inputs that the forward function can be called with",
        )


@dataclass(frozen=True, eq=False)
class ExceptionFix:
    """An edit that gets past an exception."""

    before: Draft
    draft: Draft
    suspect: Suspect
    text: str
    solution: Solution
    failure: Failure
    rivals: tuple[ExceptionFix, ...] = ()
    complete: bool = True
    """The script runs to its end with this edit."""
    reached: int = 0
    """The line that raises with this edit; 0 where none does."""


def get_past(program: Program, draft: Draft, failure: Failure, seconds: float = 1.0) -> list[ExceptionFix]:
    """Edits of the raising line, or of what made its operands, that get past a failure; likeliest first."""
    deadline = time.process_time() + seconds
    if not failure.line or failure.line > len(draft.source.lines):
        return []
    if failure.exception is not None and not isinstance(failure.exception, SLIPS):
        return []
    found: list[ExceptionFix] = []
    run = runner(program, failure)
    raising = _raising(draft, failure)
    early = read_early(draft, raising[-1], _missing(failure)) if raising else ()
    deeper = indentations(draft, raising[-1:]) if _missing(failure) else ()
    for move in (*early, *deeper):
        outcome = run(move.draft.text)
        if not isinstance(outcome, Failure) or _missing(outcome) != _missing(failure):
            complete = not isinstance(outcome, Failure)
            fix = ExceptionFix(
                draft, move.draft, move.suspect, move.text, move.solution, failure, (), complete
            )
            found.append(fix)
    candidates = list(_candidates(draft, failure))
    for suspect, variant in sorted(candidates, key=lambda item: item[1].slip.cost):
        if time.process_time() > deadline:
            break
        span = draft.source.span_of(suspect.node)
        edited = draft.replaced(span, variant.text)
        outcome = run(edited.text)
        if isinstance(outcome, Failure) and not _further(outcome, failure, suspect):
            continue
        complete = not isinstance(outcome, Failure)
        text, solution = draft.source.segment(span), Solution(variant.text, (variant.slip,))
        reached = outcome.line if isinstance(outcome, Failure) else 0
        found.append(ExceptionFix(draft, edited, suspect, text, solution, failure, (), complete, reached))
    found.sort(key=lambda fix: (not fix.complete, -fix.reached, fix.solution.cost))
    return found[:MOST_CANDIDATES]


def runner(program: Program, failure: Failure) -> Callable[[str], Namespace | Failure]:
    """How to run an edited text so that the failure shows: plainly, or with calls of its functions.

    Writing those calls takes several runs, so a text is first run with the calls that raised.
    """
    if program.driver or isinstance(program.run(GIVEN), Failure):
        pieces = Pieces(program, [GIVEN])
        return lambda text: pieces.run(text, GIVEN)
    called = Program(program.source, "script", program.hints, failure.driver, base=dict(program.base))
    calls = Pieces(called, [GIVEN])
    again = calls.run(called.text, GIVEN) if failure.driver else None
    raises = isinstance(again, Failure) and (again.kind, again.line) == (failure.kind, failure.line)

    def arranged(text: str) -> Namespace | Failure:
        first = calls.run(text, GIVEN) if raises else None
        if isinstance(first, Failure) and first.line <= failure.line:
            return first
        try:
            found = arrange(Source(program.source.filename, text), program.hints)
        except WhygradError as error:
            return Failure(type(error).__name__, error.message)
        return found if isinstance(found, Failure) else found.run(GIVEN)

    return arranged


def _candidates(draft: Draft, failure: Failure) -> Iterator[tuple[Suspect, Variant]]:
    """Statements with texts that are one slip away from theirs."""
    around = _around(draft.tree, failure.line)
    nodes = list(ast.walk(around[-1] if around else draft.tree))
    assigned = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    assigned |= {n.arg for n in nodes if isinstance(n, ast.arg)} - {"self"}
    assigned |= _of_module(draft.tree)
    yield from _misnamed(draft, failure)
    namespace = _in_scope(failure, draft.tree)
    for suspect in _suspects(draft, failure):
        text = draft.source.segment(draft.source.span_of(suspect.node))
        yield from ((suspect, variant) for variant in _variants(text, assigned, failure, namespace))


def _misnamed(draft: Draft, failure: Failure) -> Iterator[tuple[Suspect, Variant]]:
    """A line that assigns a name which nothing reads, and which looks like the one that nothing assigns."""
    missing = _missing(failure)
    names = [n for n in ast.walk(draft.tree) if isinstance(n, ast.Name)]
    read = {n.id for n in names if isinstance(n.ctx, ast.Load)}
    # A name that stands there once is the one that is misspelt.
    often = sum(n.id == missing for n in names) > 1
    for suspect in statements(draft.tree) if often else ():
        for name in sorted(targets(suspect.node) - read) if suspect.line < failure.line else ():
            if not difflib.get_close_matches(missing.lower(), [name.lower()], cutoff=0.8):
                continue
            fragment = Fragment(draft.source.segment(draft.source.span_of(suspect.node)))
            for node in ast.walk(fragment.tree):
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id == name:
                    slip = Slip("target", name, missing, fragment.extent(node)[0], 0.85)
                    yield suspect, Variant(fragment.replaced(node, missing), slip)


def _missing(failure: Failure) -> str:
    """The name that nothing has bound, "" where that is not what was raised."""
    found = re.findall(r"'(\w+)'", failure.message)
    return found[0] if found and failure.kind in ("NameError", "UnboundLocalError") else ""


def _raising(draft: Draft, failure: Failure) -> list[Suspect]:
    """The statements that a failure is in, outermost first."""
    everything = statements(draft.tree)
    return [s for s in everything if s.line <= failure.line <= (s.node.end_lineno or s.line)]


def _suspects(draft: Draft, failure: Failure) -> list[Suspect]:
    everything = list(statements(draft.tree))
    raising = _raising(draft, failure)
    if not raising:
        return []
    operands, makers = reads(raising[-1].node), list[Suspect]()
    parameters = _parameters(draft.tree, failure.line)
    loops = [n for n in ast.walk(draft.tree) if isinstance(n, ast.For) and n.lineno <= failure.line]
    for loop in reversed(loops):
        if {n.id for n in ast.walk(loop.target) if isinstance(n, ast.Name)} & operands:
            operands |= reads(ast.Expr(loop.iter))
    # A function that is given nothing makes examples: with other ones another question would be asked.
    functions = [n for n in ast.walk(draft.tree) if isinstance(n, ast.FunctionDef)]
    examples = {f.name for f in functions if not f.args.args} - {raising[-1].function}
    everything = [s for s in everything if s.function not in examples]
    # The line that raises may be far behind the one that made what it cannot use.
    for suspect in reversed([s for s in everything if s.line < failure.line]):
        returned = isinstance(suspect.node, ast.Return) and suspect.function != raising[-1].function
        # What a function is given may be what another one returned.
        feeds = operands & (parameters | {suspect.function}) if returned else targets(suspect.node) & operands
        if feeds and len(makers) < MOST_MAKERS:
            makers.append(suspect)
            operands |= reads(suspect.node)
    return [*raising[-1:], *makers]


def _around(tree: ast.Module, line: int) -> list[ast.FunctionDef]:
    """The functions that a line stands in, outermost first."""
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
    return [f for f in functions if f.lineno <= line <= (f.end_lineno or line)]


def _parameters(tree: ast.Module, line: int) -> set[str]:
    """Parameters of the functions that a line stands in."""
    return {a.arg for f in _around(tree, line) for a in ast.walk(f.args) if isinstance(a, ast.arg)} - {"self"}


def _further(outcome: Failure, failure: Failure, suspect: Suspect) -> bool:
    """Did the run get to a later line than before?"""
    return outcome.line > failure.line and outcome.kind != "Timeout" and outcome.line != suspect.line


def _variants(
    text: str, suspect_names: set[str], failure: Failure, namespace: Mapping[str, Any]
) -> Iterator[Variant]:
    values = {n: v for n, v in namespace.items() if is_numeric(v)}
    library = "np" if any(isinstance(v, np.ndarray) for v in namespace.values()) else "math"
    if library == "math":
        values = dict(numeric_leaves(values))
    if failure.kind in ("NameError", "UnboundLocalError"):
        # A local name that is read before it is bound is known, and unbound all the same.
        missing = {_missing(failure)}
        # Modules stand for nothing: `np.shape = shape` would spoil NumPy for all that follows.
        modules = {name for name, value in namespace.items() if isinstance(value, ModuleType)}
        yield from _typos(text, {*namespace, *suspect_names} - missing - modules, missing)
        for variant in variants(text, Material.of(values, library=library)):
            if variant.slip.kind == "augment" and variant.slip.new == "=":
                yield variant
        return
    yield from _elements(text, values, failure)
    yield from _lacking(text, values, failure)
    for variant in variants(text, Material.of(values, library=library)):
        if variant.slip.kind in KINDS:
            yield variant


def _in_scope(failure: Failure, tree: ast.Module) -> dict[str, Any]:
    """What was bound where it happened: in the innermost function of the user's, and in the module.

    In a function, what the lines below the user's have bound is not in scope.
    """
    error, local = failure.exception, {}
    for frame, line in traceback.walk_tb(error.__traceback__) if error is not None else ():
        if line == failure.line and frame.f_code.co_name != "<module>":
            local = frame.f_locals
    own = _of_module(tree) if local else set(failure.namespace)
    return {**local, **{n: v for n, v in failure.namespace.items() if n not in local and n in own}}


def _of_module(tree: ast.Module) -> set[str]:
    """Names that the statements of a module bind, outside of its functions."""
    found: set[str] = set()
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            found.add(statement.name)
            continue
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                found.add(node.id)
            elif isinstance(node, ast.alias):
                found.add((node.asname or node.name).split(".")[0])
    return found


def _lacking(text: str, values: dict[str, object], failure: Failure) -> Iterator[Variant]:
    """An attribute that an object has not, such as `.T` of a number, left out; or of another quantity."""
    found = re.findall(r"no attribute '(\w+)'", failure.message)
    fragment = Fragment(text)
    for node in fragment.expressions() if found else ():
        if not isinstance(node, ast.Attribute) or node.attr != found[0]:
            continue
        start, owner = fragment.extent(node)[0], node.value
        if not fragment.is_called(node):
            old, new = fragment.segment(node), fragment.segment(owner)
            yield Variant(fragment.replaced(node, new), Slip("transpose", old, new, start, 1.0))
        while isinstance(owner, ast.Attribute):
            owner = owner.value
        for name, value in values.items() if isinstance(owner, ast.Name) else ():
            if hasattr(value, found[0]) and name != fragment.segment(owner):
                slip = Slip("name", fragment.segment(owner), name, start, 1.05)
                yield Variant(fragment.replaced(owner, name), slip)


def _typos(text: str, bound: set[str], missing: set[str]) -> Iterator[Variant]:
    """Names that nothing binds, as the bound name they look like."""
    bound = set(filter(str.isidentifier, bound))  # `from layers import *` binds no `*`
    known = {*bound, *dir(builtins)}
    fragment = Fragment(text)
    for node in fragment.expressions():
        if isinstance(node, ast.Name) and node.id in missing:
            close = difflib.get_close_matches(node.id, bound, n=3, cutoff=0.5)
            close = close or difflib.get_close_matches(node.id, known, n=1, cutoff=0.8)
            for rank, other in enumerate(close):
                slip = Slip("typo", node.id, other, fragment.extent(node)[0], 0.9 + 0.1 * rank)
                yield Variant(fragment.replaced(node, other), slip)
            # A name that looks like none may still have been meant as one of them; running tells.
            for other in sorted(bound - set(close))[:30]:
                slip = Slip("typo", node.id, other, fragment.extent(node)[0], 1.4)
                yield Variant(fragment.replaced(node, other), slip)


def _elements(text: str, values: dict[str, object], failure: Failure) -> Iterator[Variant]:
    """A list of one number as that number, where it is used."""
    fragment = Fragment(text)
    for node in fragment.expressions():
        value = values.get(node.id) if isinstance(node, ast.Name) else None
        if isinstance(node, ast.Name) and isinstance(value, list | tuple) and len(value) == 1:
            new = f"{node.id}[0]"
            slip = Slip("container", node.id, new, fragment.extent(node)[0], 1.1)
            yield Variant(fragment.replaced(node, new), slip)
