"""Second derivatives: the text of a gradient, derived once more, is the Hessian times a direction."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from whygrad.emission.deriving import Written, listed
from whygrad.emission.entry import attempted, formula_subject, written_for
from whygrad.emission.imports import lacking
from whygrad.emission.leaves import is_array, is_number
from whygrad.emission.program import Subject
from whygrad.emission.proving import Proof
from whygrad.emission.saving import replaced
from whygrad.errors import CheckFailedError, EmissionError, UsageError

PREFIX = "hess_"
Found = tuple[str, Proof | None]


def second_for(
    function: Callable[..., Any],
    args: Sequence[Any],
    *,
    target: str = "numpy",
    wrt: Sequence[str] = (),
    check: bool = True,
) -> Found:
    """The Hessian of a function times a direction `v_x`; of one number by one other its second derivative."""
    subject, first, _ = written_for(function, args, target=target, wrt=wrt, check=check)
    return once_more(subject, first, args, target, check)


def second_formula(
    text: str,
    *,
    at: Mapping[str, Any] | None = None,
    target: str = "python",
    wrt: Sequence[str] = (),
    check: bool = True,
) -> Found:
    """The same of a formula."""
    subject, function = formula_subject(text, at or {}, target, wrt)
    first, _ = attempted(subject, function, check)
    return once_more(subject, first, subject.examples[0], target, check)


def once_more(subject: Subject, first: Written, args: Sequence[Any], target: str, check: bool) -> Found:
    """The derivative of a gradient that was written."""
    if target == "latex":
        raise UsageError("second derivatives are written as code, not as LaTeX", hint="leave --to latex out")
    if first.given or first.forward:
        raise UsageError(
            f"{subject.name} does not return one number, so it has no Hessian",
            hint="return a loss: np.sum(out * out)",
        )
    parameters = [a.arg for a in subject.functions[subject.name].args.args]
    for name, value in zip(parameters, args, strict=False):
        if name in first.wanted and not (is_number(value) or is_array(value)):
            raise UsageError(
                f"second derivatives are written by numbers and arrays; {name} is a {type(value).__name__}",
                hint=f'--input "{name}=randn(3)"',
            )
    gradient = run(first, subject.namespace)
    given = [*args][: gradient.__code__.co_argcount]
    try:
        _, written, proof = written_for(
            gradient, given, target=target, wrt=first.wanted, check=check, prefix=PREFIX
        )
    except CheckFailedError as error:
        if first.text.count("\ndef ") == 0:
            raise
        raise EmissionError(
            f"the gradient of {subject.name} is several functions that hand values to each other; a second "
            "derivative of such is not written",
            hint=f"put the lines of the functions that {subject.name} calls into it",
        ) from error
    directions = dict(zip(written.given, (f"v_{name}" for name in first.wanted), strict=False))
    name = f"{PREFIX}{subject.name}"
    text = replaced(written.text, {written.name: name, **directions})
    along = listed(list(directions.values()))
    said = (
        f"The Hessian of {subject.name} times {along}."
        if along
        else f"The second derivative of {subject.name}."
    )
    before = f'"""Gradients of {first.name} by {listed(written.wanted)}."""'
    text = text.replace(before, f'"""{said}"""')
    imports = [line for line in lacking(text, subject.namespace) if line not in text]
    return "\n".join([*imports, "", "", text] if imports else [text]), proof


def run(written: Written, names: Mapping[str, Any]) -> Callable[..., Any]:
    """A function that was written, with a text that can be found."""
    text = (
        f"{ast.unparse(ast.parse(written.text))}\n"  # without what its comments say of the first derivative
    )
    filename = f"<ipython-gradient-{abs(hash(text))}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    namespace = dict(names)
    exec(compile(text, filename, "exec"), namespace)
    return namespace[written.name]  # type: ignore[no-any-return]
