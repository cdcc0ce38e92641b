"""Forward mode as it is asked for: of a function, a script or a formula."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from whygrad.emission.deriving import Written, is_forward
from whygrad.emission.entry import (
    attempted,
    captured,
    code_of,
    complete,
    definitions,
    enumerated,
    formula_subject,
    refuse_arrays,
    script_subject,
    with_remark,
    without_cache,
)
from whygrad.emission.examples import other_shapes
from whygrad.emission.forwarding import PREFIX, Forwarding, prove_forward
from whygrad.emission.imports import importing
from whygrad.emission.program import Program, Subject
from whygrad.emission.proving import Proof
from whygrad.emission.scripts import read_script
from whygrad.emission.transcripts import confirm, tangent_of
from whygrad.errors import UsageError
from whygrad.source import Source

CODE = ("numpy", "python")
RESULTS = ("y", "z", "out", "result", "value_of_f")
"""What the value of a formula is called: the first that is no name in it."""
Found = tuple[str, Proof | None]


def forward_for(
    function: Callable[..., Any],
    args: Sequence[Any],
    *,
    target: str = "numpy",
    wrt: Sequence[str] = (),
    check: bool = True,
) -> Found:
    """The function with its tangents, `dot_x` beside `x`; of a pair, the forward function."""
    refuse_latex(target)
    source, functions = definitions(function)
    example = complete(function, args)
    refuse_arrays(target, dict(zip(inspect.signature(function).parameters, example, strict=False)))
    examples = [example, *other_shapes(function, example, enumerated(functions[function.__name__]))]
    names = {**function.__globals__, **captured(function)}
    subject = Subject(
        source, function.__name__, functions, names, examples, list(wrt), target=code_of(target, "numpy")
    )
    written, proof = tangents(subject, function, check)
    return written.text, proof


def forward_script(
    source: Source,
    *,
    target: str = "",
    output: str = "",
    wrt: Sequence[str] = (),
    at: Mapping[str, Any] | None = None,
    check: bool = True,
) -> Found:
    """The script with its tangents, from a direction of its inputs."""
    refuse_latex(target)
    script = read_script(source, output, wrt, at)
    subject, prepared = script_subject(script, target, wrt)
    written, proof = tangents(subject, prepared, check)
    transcript = tangent_of(written, script, PREFIX)
    if check:
        confirm(transcript, {})
    return transcript.text, proof


def forward_formula(
    text: str,
    *,
    at: Mapping[str, Any] | None = None,
    target: str = "python",
    wrt: Sequence[str] = (),
    check: bool = True,
) -> Found:
    """A formula with its tangent, as a function of its names and their tangents."""
    refuse_latex(target)
    subject, function = formula_subject(text, at or {}, target, wrt)
    (result,) = subject.functions["f"].body
    assert isinstance(result, ast.Return) and result.value is not None
    name = next(n for n in RESULTS if n not in inspect.signature(function).parameters)
    named = ast.Assign([ast.Name(name, ast.Store())], result.value)  # so that its tangent can be said by it
    named.rewritten = True  # type: ignore[attr-defined]
    returned = ast.Return(ast.Name(name, ast.Load()))
    body: list[ast.stmt] = [named, returned]
    for statement in body:
        ast.fix_missing_locations(ast.copy_location(statement, result))
    subject.functions["f"].body = body
    written, proof = tangents(subject, function, check)
    return written.text, proof


def refuse_latex(target: str) -> None:
    """UsageError where tangents are asked for as a lecture."""
    if target == "latex":
        raise UsageError("tangents are written as code, not as LaTeX", hint=f"targets: {', '.join(CODE)}")


def tangents(subject: Subject, function: Callable[..., Any], check: bool) -> tuple[Written, Proof | None]:
    """A subject in forward mode, checked."""
    subject.prefix = PREFIX
    return attempted(subject, function, check, make=moving)


def moving(subject: Subject, function: Callable[..., Any], check: bool) -> tuple[Written, Proof | None]:
    """The tangents of a subject, written and compared with the engine's."""
    program = Program(subject)
    written = with_remark(importing(Forwarding(program).derive(), subject.namespace), program.forced)
    if not check:
        return written, None
    namespace = dict(subject.namespace)
    exec(compile(written.text, "<derived>", "exec"), namespace)
    parameters = list(inspect.signature(function).parameters)
    argnums = [parameters.index(n) for n in written.wanted]
    plain = without_cache(function, subject) if is_forward(subject.name) else function
    return written, prove_forward(plain, namespace[written.name], subject.examples, argnums, written.given)
