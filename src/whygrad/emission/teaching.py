"""From what was derived to its lecture: the run of the emitted text, and of the user's own function."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from whygrad.emission.blackboard import Lesson
from whygrad.emission.deriving import Written, is_cache, pair_names
from whygrad.emission.leaves import is_real
from whygrad.emission.lecture import lecture
from whygrad.emission.notation import escaped
from whygrad.emission.program import Subject
from whygrad.emission.proving import called
from whygrad.emission.rehearsal import Rehearsal, rehearse


def lecture_of(
    written: Written, subject: Subject, function: Callable[..., Any], title: str = "", formula: str = ""
) -> str:
    """The LaTeX of a derivation: a document that stands alone. A `formula` is shown as it was given."""
    entry = subject.functions[subject.name]
    functions = reached(subject)
    example = subject.examples[0]
    shown = "\n\n".join(ast.unparse(f) for f in functions)
    if formula:
        forward = Rehearsal(ast.parse(f"def {subject.name}():\n    return {formula.strip()}"), {})
    else:
        forward = rehearse(shown, subject.namespace, _plain(subject.name, example))
    emitted = rehearse(written.text, subject.namespace, _both(written, function, example))
    backward = [f.name for f in emitted.tree.body if isinstance(f, ast.FunctionDef)]
    backward = [n for n in backward if n == written.name or n in {pair_names(f.name)[1] for f in functions}]
    lesson = Lesson(
        title or rf"\texttt{{{escaped(subject.name)}}}",
        [f for f in forward.tree.body if isinstance(f, ast.FunctionDef)],
        output_of(entry),
        backward,
        written.text,
        written.given,
        subject.prefix,
        frozenset(
            {n.id for f in functions for n in ast.walk(f) if isinstance(n, ast.Name)} | set(written.wanted)
        ),
    )
    return lecture(lesson, emitted, forward)


def reached(subject: Subject) -> list[ast.FunctionDef]:
    """The user's functions that the entry calls, directly or not, and itself at the end."""
    found: list[str] = []
    pending = [subject.name]
    while pending:
        name = pending.pop()
        if name in found:
            continue
        found.append(name)
        calls = [n.func for n in ast.walk(subject.functions[name]) if isinstance(n, ast.Call)]
        pending += [c.id for c in calls if isinstance(c, ast.Name) and c.id in subject.functions]
    return [subject.functions[name] for name in reversed(found)]


def output_of(function: ast.FunctionDef) -> str:
    """What the result is called: the name that is returned, or the function's."""
    returns = [n.value for n in ast.walk(function) if isinstance(n, ast.Return) and n.value is not None]
    value = returns[-1] if returns else None
    if isinstance(value, ast.Tuple):
        value = next((v for v in value.elts if not is_cache(ast.unparse(v))), None)
    return value.id if isinstance(value, ast.Name) else function.name


def _plain(name: str, example: Sequence[Any]) -> Callable[[dict[str, Any]], Any]:
    return lambda names: names[name](*copy.deepcopy(list(example)))


def _both(
    written: Written, function: Callable[..., Any], example: Sequence[Any]
) -> Callable[[dict[str, Any]], Any]:
    """Both passes of what was written, with some upstream gradients."""

    def perform(names: dict[str, Any]) -> Any:
        args = copy.deepcopy(list(example))
        if written.forward:
            *results, cache = names[written.forward](*args)
            return names[written.name](*_upstream(results)[: len(written.given)], cache)
        results = _results(function(*args), len(written.given))
        seeds = dict(zip(written.given, _upstream(results), strict=False))
        return called(names[written.name], copy.deepcopy(list(example)), seeds)

    return perform


def _results(result: Any, count: int) -> list[Any]:
    several = isinstance(result, tuple) or (isinstance(result, list) and count > 1)
    return list(result) if several else [result]


def _upstream(results: Sequence[Any]) -> list[Any]:
    draw = np.random.default_rng(0)
    return [_alike(r, draw) for r in results if is_real(r)]


def _alike(result: Any, draw: Any) -> Any:
    """A gradient of the form of a result."""
    if isinstance(result, list | tuple):
        return [_alike(r, draw) for r in result]
    made = draw.normal(size=np.shape(result)).round(1)
    return float(made) if made.ndim == 0 else made
