"""Second derivatives: the text of a first derivative, derived once more.

The gradient of a gradient is the Hessian times a direction `v_x`. Where a gradient is a list, or is worked
out by several functions, the tangent is derived instead, which keeps the form of the user's function: the
gradient of the tangent along `v_x` is the same product, and what arrives at a tangent is the gradient itself.
"""

from __future__ import annotations

import ast
import copy
import dataclasses
import inspect
import linecache
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from whygrad.emission.cotangents import ones_of
from whygrad.emission.deriving import Written, is_cache, is_forward, listed
from whygrad.emission.directions import tangents
from whygrad.emission.entry import attempted, formula_subject, script_subject, written_for
from whygrad.emission.forwarding import PREFIX as DOT
from whygrad.emission.imports import lacking
from whygrad.emission.leaves import is_array, is_number, write
from whygrad.emission.program import Subject
from whygrad.emission.proving import Proof, moved
from whygrad.emission.saving import replaced
from whygrad.emission.scripts import read_script
from whygrad.emission.transcripts import confirm, second_of, values_of
from whygrad.errors import CheckFailedError, EmissionError, UsageError
from whygrad.source import Source

PREFIX = "hess_"
Found = tuple[str, Proof | None]


@dataclass(eq=False)
class Asked:
    """What a second derivative is asked of."""

    subject: Subject
    function: Callable[..., Any]
    args: Sequence[Any]
    target: str
    check: bool

    @property
    def values(self) -> dict[str, Any]:
        """The arguments by name."""
        return dict(zip(inspect.signature(self.function).parameters, self.args, strict=False))


@dataclass(eq=False)
class Second:
    """What was derived twice."""

    written: Written
    proof: Proof | None
    directions: dict[str, str]
    """Parameters and what the directions are called along which they move."""


def second_for(
    function: Callable[..., Any],
    args: Sequence[Any],
    *,
    target: str = "numpy",
    wrt: Sequence[str] = (),
    check: bool = True,
) -> Found:
    """The Hessian of a function times a direction `v_x`; of one number by one other its second derivative."""
    refuse_latex(target)
    subject, first, _ = written_for(function, args, target=target, wrt=wrt, check=check)
    found = twice(Asked(subject, function, args, target, check), first)
    return found.written.text, found.proof


def second_formula(
    text: str,
    *,
    at: Mapping[str, Any] | None = None,
    target: str = "python",
    wrt: Sequence[str] = (),
    check: bool = True,
) -> Found:
    """The same of a formula."""
    refuse_latex(target)
    subject, function = formula_subject(text, at or {}, target, wrt)
    first, _ = attempted(subject, function, check)
    found = twice(Asked(subject, function, subject.examples[0], target, check), first)
    return found.written.text, found.proof


def second_script(
    source: Source,
    *,
    target: str = "",
    output: str = "",
    wrt: Sequence[str] = (),
    at: Mapping[str, Any] | None = None,
    check: bool = True,
) -> Found:
    """The same of a script, as its statements: all inputs move at once, for a start."""
    refuse_latex(target)
    script = read_script(source, output, wrt, at)
    subject, prepared = script_subject(script, target, wrt)
    first, _ = attempted(subject, prepared, check)
    asked = Asked(subject, prepared, [*script.inputs.values()], subject.target, check)
    found = twice(asked, first, script.output)
    transcript = second_of(found.written, script, found.directions)
    if check:
        names = {"np": np, **copy.deepcopy(script.inputs)}
        ones = {d: eval(ones_of(script.inputs[n], n), names) for n, d in found.directions.items()}
        confirm(transcript, values_of(found.written, script, ones))
    return transcript.text, found.proof


def refuse_latex(target: str) -> None:
    """UsageError where second derivatives are asked for as a lecture."""
    if target == "latex":
        raise UsageError("second derivatives are written as code, not as LaTeX", hint="leave --to latex out")


def twice(asked: Asked, first: Written, output: str = "") -> Second:
    """What is derived of the first derivative; of `output`, as the function is called in messages."""
    name = output or asked.subject.name
    refuse_results(asked, name)
    numeric = all(is_number(v) or is_array(v) for n, v in asked.values.items() if n in first.wanted)
    if not (first.given or first.forward or first.pairs) and numeric:
        try:
            return of_gradient(asked, first)
        except (CheckFailedError, EmissionError):
            pass
    return of_tangent(asked, first)


def refuse_results(asked: Asked, name: str) -> None:
    """UsageError where the function returns anything but one number."""
    value = asked.function(*copy.deepcopy([*asked.args]))
    node = asked.subject.functions[asked.subject.name]
    returns = [n.value for n in ast.walk(node) if isinstance(n, ast.Return) and n.value is not None]
    last = returns[-1] if returns else None
    if isinstance(value, tuple) and isinstance(last, ast.Tuple) and len(value) == len(last.elts):
        parts = [v for v, e in zip(value, last.elts, strict=True) if not is_cache(write(e))]
        value = parts[0] if len(parts) == 1 else value
    if not is_number(value):
        what = f"an array of shape {np.shape(value)}" if is_array(value) else f"a {type(value).__name__}"
        what = f"{len(value)} results" if isinstance(value, tuple) else what
        raise UsageError(
            f"{name} is no single number but {what}, so it has no Hessian",
            hint="reduce it to a loss: loss = np.sum(out * out)",
        )


def of_gradient(asked: Asked, first: Written) -> Second:
    """The gradient of the gradient along a direction."""
    gradient = run(first, asked.subject.namespace)
    given = [*asked.args][: gradient.__code__.co_argcount]
    options: dict[str, Any] = {"target": asked.target or "numpy", "check": asked.check, "prefix": PREFIX}
    _, written, proof = written_for(gradient, given, wrt=first.wanted, **options)
    directions = [f"v_{name}" for name in first.wanted] if written.given else []
    renamed(asked, written, dict(zip(written.given, directions, strict=False)), first.name)
    return Second(written, proof, dict(zip(first.wanted, directions, strict=False)))


def of_tangent(asked: Asked, first: Written) -> Second:
    """The gradient of the tangent, of which nothing but the tangent of the result is returned."""
    wanted = first.wanted
    subject = dataclasses.replace(asked.subject, wanted=list(wanted))
    moving, _ = tangents(subject, asked.function, asked.check)
    alone = tangent_alone(moving, subject.name)
    function = run(alone, asked.subject.namespace)
    draw = np.random.default_rng(3)
    values = asked.values
    values |= {f"{DOT}{n}": moved(values[n], 0.5, draw) for n in wanted}
    names = list(inspect.signature(function).parameters)
    last = max(k for k, n in enumerate(names) if n in values)
    options: dict[str, Any] = {"target": asked.target or "numpy", "check": asked.check, "prefix": PREFIX}
    given = [values[n] for n in names[: last + 1]]
    try:
        _, written, proof = written_for(function, given, wrt=wanted, **options)
    except CheckFailedError as error:
        raise EmissionError(
            f"no second derivative of {subject.name} was found that is right: {error.message}",
            hint="put the lines of the functions that it calls into it, or write its lists as arrays",
        ) from error
    directions = {n: f"v_{n}" for n in wanted}
    text = {f"{DOT}{n}": v for n, v in directions.items()}
    taken = set(names_in(written.text))
    for name in taken:  # what arrives at a tangent is the gradient of the function itself
        rest = name.removeprefix(f"{PREFIX}{DOT}")
        if rest != name and f"grad_{rest}" not in taken:
            text[name] = f"grad_{rest}"
    renamed(asked, written, text, alone.name)
    return Second(written, proof, directions)


def tangent_alone(moving: Written, name: str) -> Written:
    """A function that was written with its tangent, which returns nothing but the tangent."""
    tree = ast.parse(moving.text)
    entry = next(n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == moving.name)
    last = f"{DOT}{'value' if is_forward(name) else name}"
    calls = [n.func for n in ast.walk(tree) if isinstance(n, ast.Call)]
    if any(isinstance(f, ast.Name) and f.id == moving.name for f in calls):  # it calls itself
        outer = ast.parse(f"def {last}_alone():\n    out, {DOT}out = {last}()\n    return {DOT}out").body[0]
        assert isinstance(outer, ast.FunctionDef) and isinstance(outer.body[0], ast.Assign)
        outer.args, call = entry.args, outer.body[0].value
        assert isinstance(call, ast.Call)
        call.args = [ast.Name(a.arg, ast.Load()) for a in entry.args.args]
        tree.body.append(outer)
        return dataclasses.replace(moving, text=ast.unparse(tree), name=outer.name)
    for node in ast.walk(entry):
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
            node.value = node.value.elts[-1]
    entry.name = last
    return dataclasses.replace(moving, text=ast.unparse(tree), name=last)


def names_in(text: str) -> list[str]:
    """The names of a text."""
    return [n.id for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Name)]


def renamed(asked: Asked, written: Written, names: Mapping[str, str], derived: str) -> None:
    """Give what was written the names of a second derivative, and the imports that it needs."""
    subject = asked.subject
    name = f"{PREFIX}{subject.name}"
    change = {written.name: name, **names}
    along = listed([v for v in change.values() if v.startswith("v_")])
    what = f"Hessian of {subject.name} times {along}" if along else f"second derivative of {subject.name}"
    before = f'"""Gradients of {derived} by {listed(written.wanted)}."""'
    text = replaced(written.text.replace(before, f'"""The {what}."""'), change)
    imports = [line for line in lacking(text, subject.namespace) if line not in text]
    written.text = "\n".join([*imports, "", "", text] if imports else [text])
    written.imports = [*written.imports, *imports]
    written.pairs = replaced(written.pairs, change)
    written.name, written.given = name, [change.get(g, g) for g in written.given]
    written.lines = [replaced(line, change) for line in written.lines]
    written.forward_lines = [replaced(line, change) for line in written.forward_lines]
    written.results = [replaced(text, change) for text in written.results]


def run(written: Written, names: Mapping[str, Any]) -> Callable[..., Any]:
    """A function that was written, with a text that can be found."""
    bare = ast.unparse(ast.parse(written.text))  # without what its comments say of the first derivative
    text = re.sub(r"(?m)^( *(?:return )?)\(([^()]*)\)( = |$)", r"\1\2\3", bare) + "\n"
    filename = f"<ipython-gradient-{abs(hash(text))}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    namespace = dict(names)
    exec(compile(text, filename, "exec"), namespace)
    return namespace[written.name]  # type: ignore[no-any-return]
