"""What is asked for: a function, the text of a file, or a formula, to the text of its gradient, checked."""

from __future__ import annotations

import ast
import copy
import inspect
import linecache
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from whygrad.emission.deriving import Derivation, Written, is_cache, is_forward, listed
from whygrad.emission.examples import other_shapes
from whygrad.emission.expressions import expression
from whygrad.emission.imports import importing
from whygrad.emission.leaves import is_array
from whygrad.emission.program import Program, Subject
from whygrad.emission.proving import Proof, prove
from whygrad.emission.scripts import NAME, Script, read_script
from whygrad.emission.settings import other_settings
from whygrad.emission.teaching import lecture_of
from whygrad.emission.transcripts import backward_of, confirm, values_of
from whygrad.emission.typesetting import name_tex, tex_of
from whygrad.errors import CheckFailedError, EmissionError, UsageError
from whygrad.source import Source
from whygrad.tracing import runtime
from whygrad.tracing.formulas import parse_formula

TARGETS = ("numpy", "python", "latex")
Make = Callable[[Subject, Callable[..., Any], bool], tuple[Written, Proof | None]]
"""Writes and proves what is derived of a subject, which is the function given."""


def written_for(
    function: Callable[..., Any],
    args: Sequence[Any],
    *,
    target: str = "numpy",
    wrt: Sequence[str] = (),
    check: bool = True,
    prefix: str = "",
    seeded: bool = False,
) -> tuple[Subject, Written, Proof | None]:
    """What is derived of a function of the user's, in its parts. `seeded`: times an upstream cotangent."""
    source, functions = definitions(function)
    example = complete(function, args)
    refuse_arrays(target, dict(zip(inspect.signature(function).parameters, example, strict=False)))
    prefix = prefix or ("d" if is_forward(function.__name__) else "grad_")
    prefix = free_prefix(functions[function.__name__], prefix)
    settings = other_settings(function, example, functions[function.__name__])
    subject = Subject(
        source,
        function.__name__,
        functions,
        {**function.__globals__, **captured(function)},
        [example, *settings, *shaped(function, [example, *settings], functions[function.__name__])],
        list(wrt),
        prefix,
        code_of(target, "numpy"),
        seeded,
    )
    return subject, *attempted(subject, function, check, 1 + len(settings))


def derive_function(
    function: Callable[..., Any],
    args: Sequence[Any],
    *,
    target: str = "numpy",
    wrt: Sequence[str] = (),
    check: bool = True,
    prefix: str = "",
) -> tuple[str, Proof | None]:
    """The text of the gradient of a function of the user's, and how it was checked."""
    subject, written, proof = written_for(function, args, target=target, wrt=wrt, check=check, prefix=prefix)
    return (lecture_of(written, subject, function) if target == "latex" else written.text), proof


def code_of(target: str, usual: str) -> str:
    """The language of the code behind a target: LaTeX is set from code."""
    return usual if target in ("latex", "") else target


def refuse_arrays(target: str, given: Mapping[str, Any]) -> None:
    """UsageError where plain Python is asked for, and an input holds an array."""
    found = next((name for name, value in given.items() if holds_array(value)), "")
    if target == "python" and found:
        raise UsageError(
            f"{found} holds an array, which plain Python does not have",
            hint="--to numpy, or give it as numbers and lists",
        )


def attempted(
    subject: Subject, function: Callable[..., Any], check: bool, alike: int = 1, make: Make | None = None
) -> tuple[Written, Proof | None]:
    """Derive and check; where the text would have another form at other shapes, for the shapes given alone.

    The first `alike` examples are of the shapes given. Such a text says so in a comment, and why; so does one
    whose check fails at other shapes and succeeds at these. `make` writes and proves; usually the gradient.
    """
    make = make or gradient
    apart, given = subject.examples, subject.examples[:alike]
    try:
        return make(subject, function, check)
    except (EmissionError, CheckFailedError):
        if len(apart) <= alike:
            raise
    subject.examples = [*given, *shaped(function, given, subject.functions[subject.name], apart=False)]
    try:  # where equal lengths stay equal, as a loop over two lists at once needs it
        return make(subject, function, check)
    except (EmissionError, CheckFailedError) as error:
        if len(subject.examples) <= alike:
            raise
        subject.examples = subject.examples[:alike]
        written, proof = make(subject, function, check)
        reason = (
            "its check failed at others" if isinstance(error, CheckFailedError) else "others need another"
        )
        remark = f"# for inputs of the given shapes alone: {reason}"
        written.text = f"{remark}\n{written.text}"
        written.note = f"{remark}\n{written.note}".strip()
        return written, proof


def with_remark(written: Written, lines: Sequence[int]) -> Written:
    """What was written, with a comment on branches that were not run."""
    if lines:
        which = f"lines {listed([str(n) for n in lines])}" if len(lines) > 1 else f"line {lines[0]}"
        written.note = f"# not checked: the other way at {which}, which no example takes"
        written.text = f"{written.note}\n{written.text}"
    return written


def gradient(subject: Subject, function: Callable[..., Any], check: bool) -> tuple[Written, Proof | None]:
    """The gradient of a subject, checked."""
    program = Program(subject)
    written = with_remark(importing(Derivation(program).derive(), subject.namespace), program.forced)
    return written, proven(written, function, subject) if check else None


def shaped(
    function: Callable[..., Any], given: Sequence[Any], node: ast.FunctionDef, apart: bool = True
) -> list[tuple[Any, ...]]:
    """The examples at other shapes: the first at all that are made, those with other settings at one."""
    found = [other_shapes(function, example, enumerated(node), apart) for example in given]
    return [e for k, examples in enumerate(found) for e in (examples[:1] if k else examples)]


def free_prefix(node: ast.FunctionDef, prefix: str) -> str:
    """A prefix that makes no name of the function's own: of a gradient, `grad2_`."""
    names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    names |= {a.arg for a in ast.walk(node.args) if isinstance(a, ast.arg)}
    found, number = prefix, 1
    while any(f"{found}{name}" in names for name in names):
        number += 1
        found = f"{prefix.rstrip('_')}{number}_"
    return found


def enumerated(node: ast.FunctionDef) -> list[int]:
    """The places of parameters of fixed length: read by plain numbers only, as in `w[0] * x + w[1]`."""
    found = []
    for k, argument in enumerate(node.args.args):
        name = argument.arg
        reads = [n for n in ast.walk(node) if isinstance(n, ast.Name) and n.id == name]
        entries = [
            n.value
            for n in ast.walk(node)
            if isinstance(n, ast.Subscript)
            and isinstance(n.slice, ast.Constant)
            and type(n.slice.value) is int
        ]
        if reads and all(r in entries for r in reads):
            found.append(k)
    return found


def captured(function: Any) -> dict[str, Any]:
    """What a nested function took from around it."""
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    return {name: cell.cell_contents for name, cell in cells}


def complete(function: Callable[..., Any], args: Sequence[Any]) -> tuple[Any, ...]:
    """The arguments; UsageError where one is missing."""
    for k, parameter in enumerate(inspect.signature(function).parameters.values()):
        positional = parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
        if positional and k >= len(args) and parameter.default is parameter.empty:
            name = getattr(function, "__name__", "the function")
            raise UsageError(
                f"no example value for the parameter `{parameter.name}` of {name}",
                hint=f'--input "{parameter.name}=randn(4, 3)"',
            )
    return tuple(args)


def definitions(function: Callable[..., Any]) -> tuple[Source, dict[str, ast.FunctionDef]]:
    """The file of a function, and the functions at the top of it."""
    code = getattr(function, "__code__", None)
    if code is None or not hasattr(function, "__globals__"):
        raise UsageError(
            f"{function!r} is no function written in Python", hint="derive a function made by `def`"
        )
    text = "".join(linecache.getlines(code.co_filename, function.__globals__))
    if not text:
        raise UsageError(f"the source of {function.__name__} cannot be found", hint="save it to a file")
    tree = ast.parse(text)
    found = {n.name: n for n in tree.body if isinstance(n, ast.FunctionDef)}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name == function.__name__:
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            if first == code.co_firstlineno:
                found[node.name] = node
    if function.__name__ not in found:
        raise UsageError(
            f"{function.__name__} is no function made by `def`", hint="def f(x): ...; wg.derive(f, x)"
        )
    return Source(code.co_filename, text), found


def proven(written: Written, function: Callable[..., Any], subject: Subject) -> Proof:
    """Run what was written, and compare it with the engine."""
    namespace = dict(subject.namespace)
    try:
        exec(compile(written.text, "<derived>", "exec"), namespace)
    except SyntaxError as error:
        raise EmissionError(
            f"the text that was written is no Python: {error.msg}",
            hint="this is a defect of whygrad, please report it; --no-check shows what was written",
        ) from None
    names = list(inspect.signature(function).parameters)
    argnums = [names.index(n) for n in written.wanted]
    derived = namespace[written.name]
    if written.forward:
        derived = joined(namespace[written.forward], derived, written.given)
    return prove(without_cache(function, subject), derived, subject.examples, argnums, written.given)


def joined(
    forward: Callable[..., Any], backward: Callable[..., Any], given: Sequence[str]
) -> Callable[..., Any]:
    """A pair as one function: forward, then backward with its cache."""

    def both(*args: Any, **upstream: Any) -> Any:
        cache = forward(*args)[-1]
        return backward(*[upstream[name] for name in given], cache)

    return both


def without_cache(function: Callable[..., Any], subject: Subject) -> Callable[..., Any]:
    """The function without what it returns for a backward pass, and without a list around its results."""
    returns = [n.value for n in ast.walk(subject.functions[subject.name]) if isinstance(n, ast.Return)]
    last = returns[-1] if returns else None
    listed = isinstance(last, ast.List) and all(
        isinstance(r, ast.List)
        and len(r.elts) == len(last.elts)
        and not any(is_cache(ast.unparse(e)) for e in r.elts)
        for r in returns
    )
    if not listed and not isinstance(last, ast.Tuple):
        return function
    assert isinstance(last, ast.Tuple | ast.List)
    places = [k for k, e in enumerate(last.elts) if not is_cache(ast.unparse(e))]
    if not listed and len(places) == len(last.elts):
        return function

    def results(*args: Any) -> Any:
        found = runtime.call(0, function, *args)  # followed, as from the user's own code
        return found[places[0]] if len(places) == 1 else tuple(found[k] for k in places)

    return results


def derive_script(
    source: Source,
    *,
    target: str = "",
    output: str = "",
    wrt: Sequence[str] = (),
    at: Mapping[str, Any] | None = None,
    check: bool = True,
    into: bool = False,
) -> tuple[str, Proof | None]:
    """The backward lines of a script; the whole of it where its forward pass has to save something.

    With `into` the user's file with these lines.
    """
    script = read_script(source, output, wrt, at)
    subject, prepared = script_subject(script, target, wrt)
    written, proof = attempted(subject, prepared, check)
    if target == "latex":
        return lecture_of(written, subject, prepared, name_of_output(script)), proof
    transcript = backward_of(written, script, wrt)
    if check:
        ones = np.ones_like(prepared(*copy.deepcopy([*script.inputs.values()]))) if written.given else None
        confirm(transcript, values_of(written, script, dict.fromkeys(written.given, ones)))
    return transcript.filled() if into else transcript.text, proof


def script_subject(script: Script, target: str, wrt: Sequence[str]) -> tuple[Subject, Callable[..., Any]]:
    """A script as something to derive, and as a function."""
    refuse_arrays(target, script.inputs)
    example = tuple(script.inputs.values())
    language = code_of(target, "numpy" if any(map(holds_array, example)) else "python")
    prepared = runnable(script)
    examples = [example, *other_shapes(prepared, example, enumerated(script.functions[NAME]))]
    return Subject(
        script.source, NAME, script.functions, script.namespace, examples, list(wrt), "grad_", language,
        whole=True,
    ), prepared  # fmt: skip


def name_of_output(script: Script) -> str:
    """What a lecture about a script is called after."""
    return f"${name_tex(script.output)}$"


def holds_array(value: Any) -> bool:
    """Is there an array in it?"""
    if isinstance(value, list | tuple):
        return any(map(holds_array, value))
    if isinstance(value, dict):
        return any(map(holds_array, value.values()))
    return is_array(value)


def runnable(script: Script) -> Callable[..., Any]:
    """The script as a function whose source can be found, so that the engine can follow it."""
    text = "\n\n".join(ast.unparse(f) for f in script.functions.values()) + "\n"
    filename = f"<ipython-derived-{abs(hash(text))}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    namespace = dict(script.namespace)
    exec(compile(text, filename, "exec"), namespace)
    return namespace[NAME]  # type: ignore[no-any-return]


def derive_formula(
    text: str,
    *,
    at: Mapping[str, Any] | None = None,
    target: str = "python",
    wrt: Sequence[str] = (),
    check: bool = True,
) -> tuple[str, Proof | None]:
    """The gradient of a formula, as a function of its names."""
    subject, function = formula_subject(text, at or {}, target, wrt)
    written, proof = attempted(subject, function, check)
    if target == "latex":
        return lecture_of(written, subject, function, f"${tex_of(text)}$", text), proof
    return written.text, proof


def formula_subject(
    text: str, at: Mapping[str, Any], target: str, wrt: Sequence[str]
) -> tuple[Subject, Callable[..., Any]]:
    """A formula as something to derive, and as a function."""
    formula = parse_formula(text, at)
    library = "np" if target == "numpy" else "math"
    body = expression(formula.graph, formula.graph.outputs[0], library=library)
    source = Source("<formula>", f"def f({', '.join(formula.names)}):\n    return {body}\n")
    node = ast.parse(source.text).body[0]
    assert isinstance(node, ast.FunctionDef)
    shown = Source("<formula>", f"def f({', '.join(formula.names)}):\n    {text.strip()}\n")
    node.body[0].end_col_offset = len(shown.line(2))
    example = tuple(at.get(name, 0.3 + 0.45 * k) for k, name in enumerate(formula.names))
    script = Script(source, {"f": node, NAME: node}, {"np": np, "math": math}, {}, "f", [])
    namespace = {"np": np, "math": math}
    filename = f"<ipython-formula-{abs(hash(source.text))}>"
    linecache.cache[filename] = (len(source.text), None, source.text.splitlines(keepends=True), filename)
    exec(compile(source.text, filename, "exec"), namespace)
    function: Any = namespace["f"]
    subject = Subject(
        shown, "f", {"f": node}, script.namespace, [example, *other_shapes(function, example)], list(wrt),
        "grad_", code_of(target, "python"),
    )  # fmt: skip
    return subject, function
