"""What a file defines: which of its functions is meant, and example inputs for it."""

from __future__ import annotations

import ast
import copy
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from whygrad.absent import served, served_package
from whygrad.checking.examples.finding import found_inputs
from whygrad.checking.handed import INPUT_FUNCTIONS
from whygrad.checking.miniature import as_lists, parse_input
from whygrad.checking.units import BACK
from whygrad.emission.leaves import is_numeric
from whygrad.emission.scripts import supplied
from whygrad.errors import ScriptError, UsageError
from whygrad.source import Source


def chosen_function(source: Source, tree: ast.Module, name: str) -> str:
    """The function that is meant: the one named, or the only one that no other calls."""
    functions = {n.name: n for n in tree.body if isinstance(n, ast.FunctionDef)}
    if name:
        if name not in functions:
            raise UsageError(
                f"there is no function `{name}` in {source.filename}",
                hint=f"functions: {', '.join(functions) or 'none; leave --function out'}",
            )
        return name
    called = {
        m.func.id for own, n in functions.items() for m in ast.walk(n)
        if isinstance(m, ast.Call) and isinstance(m.func, ast.Name) and m.func.id != own
    }  # fmt: skip
    free = [
        n for n in functions
        if n not in called and not INPUT_FUNCTIONS.match(n) and not any(BACK.match(w) for w in n.split("_"))
    ]  # fmt: skip
    if len(free) == 1:
        return free[0]
    if not free:
        raise UsageError(
            f"there is no function to derive in {source.filename}", hint="def f(x): return x * x"
        )
    raise UsageError(
        f"{source.filename} has {len(free)} functions that may be meant: {', '.join(free)}",
        hint=f"whygrad derive {source.filename} --function {free[-1]}",
    )


def run_definitions(source: Source, tree: ast.Module) -> dict[str, Any]:
    """The file run as a module, so that what it does as a script is not done."""
    with served(source.filename):
        namespace = {
            **supplied(tree), "__name__": "derived", "__file__": source.filename,
            "__package__": served_package(),
        }  # fmt: skip
        try:
            exec(compile(source.text, source.filename, "exec", dont_inherit=True), namespace)
        except Exception as error:
            raise ScriptError(
                f"{source.filename} raises {type(error).__name__}: {error}", hint=f"python {source.filename}"
            ) from None
    return namespace


def plain_function(
    source: Source, tree: ast.Module, namespace: dict[str, Any], name: str
) -> tuple[Callable[..., Any], str]:
    """The function as it is written, without its decorators, and a comment that names those.

    A decorator may make it anything: a function of `*args`, compiled code, an object.
    """
    node = definition(tree, name)
    if not node.decorator_list:
        return namespace[name], ""
    bare = copy.copy(node)
    bare.decorator_list = []
    made = {**namespace}
    exec(compile(ast.Module([bare], []), source.filename, "exec", dont_inherit=True), made)
    function = made[name]
    # Where the definition begins in the text is how a function is found there.
    first = min(d.lineno for d in node.decorator_list)
    function.__code__ = function.__code__.replace(co_firstlineno=first)
    names = ", ".join(f"@{ast.unparse(d)}" for d in node.decorator_list)
    return function, f"# of {name} as it is written, without {names}\n"


def definition(tree: ast.Module, name: str) -> ast.FunctionDef:
    """The last definition of a function at the top of a file."""
    return next(n for n in reversed(tree.body) if isinstance(n, ast.FunctionDef) and n.name == name)


def example_inputs(
    function: Callable[..., Any],
    source: Source,
    tree: ast.Module,
    namespace: Mapping[str, Any],
    request: Mapping[str, Any],
    way_out: Callable[[str], str] = '--input "{}=randn(4, 3)"'.format,
    plain: bool = False,
    lists: bool = False,
) -> tuple[list[Any], str]:
    """Example values of the parameters, given by the user or the file or found; and which were found.

    With `plain` those that are found are numbers, but for what has to be an array; with `lists` they are
    lists in place of arrays. Raises UsageError where none are found, with the hint that `way_out` gives for a
    parameter.
    """
    parameters = list(inspect.signature(function).parameters.values())
    known = {p.name: namespace[p.name] for p in parameters if is_numeric(namespace.get(p.name))}
    known |= made_inputs(source, tree, namespace, request["inputs"], [p.name for p in parameters])
    form = as_lists if lists else lambda value: value
    known |= {name: form(parse_input(text)) for name, text in request["input"].items()}
    assumed: dict[str, str] = {}
    if any(p.default is p.empty and p.name not in known for p in parameters):
        node = definition(tree, function.__name__)
        assumed = found_inputs(source, node, function, known, namespace, way_out, plain, lists)
        values = {name: parse_input(text, name) for name, text in assumed.items()}
        known |= {name: form(value) for name, value in values.items()}
        arrays = [name for name, value in values.items() if lists and isinstance(value, np.ndarray)]
        assumed |= {name: f"list({assumed[name]})" for name in arrays}
    args = []
    for parameter in parameters:
        if parameter.name not in known:
            break
        args.append(known[parameter.name])
    return args, ", ".join(f"{name} = {text}" for name, text in assumed.items())


def made_inputs(
    source: Source, tree: ast.Module, namespace: Mapping[str, Any], maker: str, names: Sequence[str]
) -> dict[str, Any]:
    """What a function of the file gives as example inputs."""
    functions = [n for n in tree.body if isinstance(n, ast.FunctionDef)]
    if maker and maker not in {n.name for n in functions}:
        raise UsageError(
            f"there is no function `{maker}` in {source.filename}",
            hint=f"functions: {', '.join(n.name for n in functions)}",
        )
    found = maker or next(
        (n.name for n in functions if INPUT_FUNCTIONS.match(n.name) and not n.args.args), ""
    )
    if not found:
        return {}
    made = namespace[found]()
    if isinstance(made, dict):
        return {name: value for name, value in made.items() if name in names}
    return dict(zip(names, made if isinstance(made, tuple | list) else (made,), strict=False))
