"""Deriving as it is asked for: by `wg.derive`, or by the command for a file or a formula."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from whygrad.checking.evidence import Hints
from whygrad.checking.handed import INPUT_FUNCTIONS
from whygrad.checking.miniature import parse_input
from whygrad.emission.classes import derive_class, forward_method, plain_forward
from whygrad.emission.directions import forward_for, forward_formula, forward_script
from whygrad.emission.entry import (
    TARGETS,
    derive_formula,
    derive_function,
    derive_script,
    written_for,
)
from whygrad.emission.filling import (
    forward_of,
    into_function,
    stubs,
    upstream_of,
    with_exercises,
)
from whygrad.emission.imports import with_imports
from whygrad.emission.leaves import is_numeric
from whygrad.emission.second import second_for, second_formula, second_script
from whygrad.errors import CheckFailedError, ScriptError, UsageError, WhygradError
from whygrad.loading import (
    chosen_function,
    example_inputs,
    made_inputs,
    plain_function,
    run_definitions,
)
from whygrad.scripts import edited, repairs
from whygrad.source import Source, parsed, read_source
from whygrad.tracing.points import parse_point

MODES = ("reverse", "forward")


def derive(
    f: Callable[..., Any] | str,
    *args: Any,
    target: str = "numpy",
    wrt: str | Sequence[str] = (),
    check: bool = True,
    mode: str = "reverse",
    order: int = 1,
) -> str:
    """The source of the gradient of `f` at example arguments of these kinds, in its author's own names.

    `f` is a function made by `def`, whose text is read, or a formula. `args` are positional arguments, as `f`
    would be called: what is written holds for others, of other shapes too. `wrt` names parameters; by default
    all that hold floating numbers and have no default. Of a function `affine_forward` the pair is written,
    with a cache of exactly what its backward pass needs. `target` is "numpy" or "python". Unless `check` is
    False the text is run before it is returned, and compared with the engine's gradient at several points.
    With `mode="forward"` the function is written with its tangents, `dot_x` beside `x`. `order=2` writes
    the Hessian times a direction `v_x`, of a function that returns one number.

    Raises EmissionError, with the line, for what cannot be written, UsageError for missing arguments.
    """
    refuse_target(target)
    if mode not in MODES:
        raise UsageError(f"there is no mode {mode!r}", hint=f"modes: {', '.join(MODES)}")
    chosen = [wrt] if isinstance(wrt, str) else list(wrt)
    of_text, of_function, _ = writers(mode == "forward", order)
    if isinstance(f, str):
        text: str = of_text(f, target=target, wrt=chosen, check=check)[0]
    else:
        text = of_function(f, args, target=target, wrt=chosen, check=check)[0]
    return text


def writers(forward: bool, order: int) -> tuple[Any, Any, Any]:
    """What writes the derivative of a formula, of a function and of a script."""
    if order not in (1, 2) or (forward and order == 2):
        what = "second derivatives in forward mode" if forward else f"derivatives of order {order}"
        raise UsageError(f"{what} are not written", hint="whygrad derive 'sin(x) * y' --order 2")
    if order == 2:
        return second_formula, second_for, second_script
    if forward:
        return forward_formula, forward_for, forward_script
    return derive_formula, derive_function, derive_script


def refuse_target(target: str) -> None:
    """UsageError for what nothing is written in."""
    if target not in TARGETS:
        raise UsageError(
            f"nothing is written for the target {target!r}", hint=f"targets: {', '.join(TARGETS)}"
        )


def derive_requested(request: Mapping[str, Any]) -> str:
    """What the command asks for. Its keys are those of `commands.derive`."""
    at = parse_point(request["at"]) if request["at"] else None
    check = request["check"]
    of_text, _, of_script = writers(request["forward"], request["order"])
    if not request["path"]:
        options = {"target": request["to"] or "python", "wrt": request["wrt"], "at": at, "check": check}
        text, proof = of_text(request["formula"], **options)
        return said((taught(text, request), proof), check)
    source = read_source(request["path"])
    if request["order"] == 2 and request["into"]:
        raise UsageError(
            "--into fills in backward passes, no second derivatives",
            hint=f"whygrad derive {source.filename} --order 2",
        )
    if request["forward"] and request["into"]:
        raise UsageError(
            "--into fills in backward passes; forward mode stands between the lines of the file",
            hint=f"whygrad derive {source.filename} --forward",
        )
    tree = parsed(source)
    owner = chosen_class(source, tree, request["function"])
    if owner is not None:
        return of_class(source, tree, owner, request)
    if not request["function"] and is_script(tree):
        options = {"target": request["to"], "output": request["output"], "wrt": request["wrt"], "at": at}
        if request["into"]:
            options["into"] = True
        try:
            found = of_script(source, **options, check=check)
        except ScriptError:
            _, edits, notes = repairs(source, Hints())
            if not notes or request["into"]:
                raise
            found = of_script(Source(source.filename, edited(source, edits)), **options, check=check)
            found = (f"# {notes[0].strip()}\n{found[0]}", found[1])
        text = taught(found[0], request)
        return text if request["into"] else said((text, found[1]), check)
    if request["into"]:
        return taught(filled(source, tree, request), request)
    text, proof, assumed = of_function(source, tree, request)
    return f"{assumed}{said((taught(text, request), proof), check)}"


def taught(text: str, request: Mapping[str, Any]) -> str:
    """The text with some of its lines left as exercises, if that is asked for."""
    if not request["teach"]:
        return text
    own = read_source(request["path"]).text if request["path"] else ""
    return with_exercises(text, request["teach"], own)


def filled(source: Source, tree: ast.Module, request: Mapping[str, Any]) -> str:
    """The file with its functions marked `...` written out."""
    functions = {n.name: n for n in tree.body if isinstance(n, ast.FunctionDef)}
    pairs = [(stub, forward_of(stub, list(functions))) for stub in stubs(tree)]
    found = [(stub, name) for stub, name in pairs if name is not None]
    if not found:
        raise UsageError(
            f"there is nothing to fill in in {source.filename}",
            hint="def affine_backward(dout, cache): ...  beside affine_forward; or a comment # backward",
        )
    namespace, imports = run_definitions(source, tree), dict[str, None]()
    for stub, name in reversed(found):
        function, _ = plain_function(source, tree, namespace, name)
        args, _ = example_inputs(function, source, tree, namespace, request)
        target = request["to"] or "numpy"
        more = bool(upstream_of(stub, functions[name]))
        _, written, _ = written_for(
            function, args, target=target, wrt=request["wrt"], check=request["check"], seeded=more
        )
        text = into_function(source, stub, functions[name], written)
        source = Source(source.filename, text)
        imports |= dict.fromkeys(written.imports)
    return with_imports(source.text, list(imports))


def said(found: tuple[str, Any], check: bool) -> str:
    """The text; what was not checked says so."""
    return found[0] if check else f"# not checked: this was not run before it was shown\n{found[0]}"


def of_function(source: Source, tree: ast.Module, request: Mapping[str, Any]) -> tuple[str, Any, str]:
    """The gradient of a function of a file, and a comment that says what was assumed."""
    namespace = run_definitions(source, tree)
    function, remark = plain_function(
        source, tree, namespace, chosen_function(source, tree, request["function"])
    )
    _, of_it, _ = writers(request["forward"], request["order"])

    def derived(target: str, plain: bool, lists: bool) -> tuple[str, Any, str]:
        args, assumed = example_inputs(function, source, tree, namespace, request, plain=plain, lists=lists)
        text, proof = of_it(function, args, target=target, wrt=request["wrt"], check=request["check"])
        return text, proof, remark + (f"# example inputs that were found: {assumed}\n" if assumed else "")

    # What was meant for numbers may not run, or not be written, with arrays; plain Python is likely to be.
    asked = request["to"] or "numpy"
    listed = [("python", True, True), ("python", False, True)]
    ways = [(asked, False, False), (asked, True, False)]
    if asked == "python":
        ways = [*listed, (asked, False, False)]
    elif not request["to"] and not imports_arrays(tree):
        ways = [*listed, *ways]
    errors: list[WhygradError] = []
    for target, plain, lists in ways:
        try:
            return derived(target, plain, lists)
        except CheckFailedError:
            raise
        except WhygradError as error:
            errors.append(error)
    # In Python the last way says what is no list and no number; else the first is what was asked for.
    raise errors[-1 if asked == "python" else -2]


def imports_arrays(tree: ast.Module) -> bool:
    """Does a file import anything beyond the standard library, from which arrays may come?"""
    roots = {a.name.split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    roots |= {(n.module or "").split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    return not roots <= sys.stdlib_module_names


def chosen_class(source: Source, tree: ast.Module, name: str) -> ast.ClassDef | None:
    """The class that is meant: of `Layer.forward` or `Layer`, or the only one with a forward method."""
    classes = {n.name: n for n in tree.body if isinstance(n, ast.ClassDef)}
    if name:
        owner, _, method = name.partition(".")
        if method and (owner not in classes or method not in ("forward", "__call__")):
            raise UsageError(
                f"there is no forward method `{name}` in {source.filename}",
                hint=f"classes: {', '.join(classes) or 'none'}",
            )
        return classes.get(owner)
    able = [
        c
        for c in classes.values()
        if any(isinstance(n, ast.FunctionDef) and n.name == "forward" for n in c.body)
    ]
    functions = [n for n in tree.body if isinstance(n, ast.FunctionDef) and not INPUT_FUNCTIONS.match(n.name)]
    # A `sigmoid` that the class calls, and what that one calls, is no rival to it.
    used = {m.id for m in ast.walk(able[0]) if isinstance(m, ast.Name)} if len(able) == 1 else set()
    for _ in functions:
        used |= {m.id for n in functions if n.name in used for m in ast.walk(n) if isinstance(m, ast.Name)}
    return able[0] if len(able) == 1 and all(n.name in used for n in functions) else None


def of_class(source: Source, tree: ast.Module, owner: ast.ClassDef, request: Mapping[str, Any]) -> str:
    """The class with its backward method; with --into, the whole file.

    In LaTeX, forward mode and second order: of its forward method as a function of what it reads.
    """
    namespace = run_definitions(source, tree)
    made = namespace[owner.name]
    names = [*inspect.signature(made).parameters, *(a.arg for a in forward_method(owner).args.args[1:])]
    values = {n: namespace[n] for n in names if is_numeric(namespace.get(n))}
    values |= made_inputs(source, tree, namespace, request["inputs"], names)
    values |= {name: parse_input(text) for name, text in request["input"].items()}
    instance = next((v for v in namespace.values() if type(v) is made), None)
    instance = instance if instance is not None else constructed(made, values)
    example = source, owner, instance, with_defaults(made, values), namespace
    if request["to"] not in ("", "numpy") or request["forward"] or request["order"] == 2:
        function, args, wanted, helpers = plain_forward(*example)
        _, of_it, _ = writers(request["forward"], request["order"])
        target = request["to"] or "numpy"
        found = of_it(function, args, target=target, wrt=request["wrt"] or wanted, check=request["check"])
        called = "" if target == "latex" else helpers
        return said((called + taught(found[0], request), found[1]), request["check"])
    text, whole, _ = derive_class(*example, wrt=request["wrt"], check=request["check"])
    return taught(whole if request["into"] else said((text, None), request["check"]), request)


def with_defaults(made: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """Example arguments of the forward method, with its defaults."""
    method = getattr(made, "forward", None) or made.__call__
    parameters = list(inspect.signature(method).parameters.values())[1:]
    found = {p.name: p.default for p in parameters if p.default is not p.empty}
    return found | {p.name: values[p.name] for p in parameters if p.name in values}


def constructed(made: Any, values: Mapping[str, Any]) -> Any:
    """An example of a class, made of values for the parameters of its constructor."""
    given = {}
    for parameter in inspect.signature(made).parameters.values():
        if parameter.name in values:
            given[parameter.name] = values[parameter.name]
        elif parameter.default is parameter.empty:
            raise UsageError(
                f"no example value for the parameter `{parameter.name}` of {made.__name__}",
                hint=f'--input "{parameter.name}=3"',
            )
    return made(**given)


def is_script(tree: ast.Module) -> bool:
    """Does the module itself compute, beyond constants and example inputs for its functions?"""
    functions = [n for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef)]
    computing = [n for n in tree.body if computes(n)]
    if not computing or not functions:
        return bool(computing)
    own = {f.name for f in functions}
    parameters = {
        a.arg for f in functions for m in ast.walk(f) if isinstance(m, ast.arguments) for a in m.args
    }
    beyond = [n for n in computing if not is_example(n, own, parameters)]
    return bool(beyond) and computing[-1].lineno > functions[-1].lineno


def computes(node: ast.stmt) -> bool:
    """Is a statement of a module a loop, or does it assign more than a constant?"""
    if isinstance(node, ast.For | ast.While):
        return True
    assigns = isinstance(node, ast.Assign | ast.AugAssign)
    return assigns and any(isinstance(m, ast.BinOp | ast.Call) for m in ast.walk(node))


def is_example(node: ast.stmt, functions: set[str], parameters: set[str]) -> bool:
    """Does a statement only give a parameter of a function an example value, or seed what makes them?"""
    if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
        return False
    called = {m.func.id for m in ast.walk(node) if isinstance(m, ast.Call) and isinstance(m.func, ast.Name)}
    made = any(word in ast.unparse(node.value) for word in ("default_rng", "RandomState"))
    return (node.targets[0].id in parameters or made) and not called & functions
