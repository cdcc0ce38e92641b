"""A function of a file as something to explain: `layers.py:loss`, at inputs that are given or made there."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Mapping
from typing import Any

from whygrad.derivation import is_script
from whygrad.errors import UsageError
from whygrad.explanation.subjects import Subject, subject_of
from whygrad.loading import chosen_function, example_inputs, plain_function, run_definitions
from whygrad.source import Source, parsed, read_source


def subject_of_file(path: str, name: str, at: str) -> tuple[Subject, tuple[str, ...]]:
    """A function of a file (`name` may be empty where only one can be meant), and what is to be said of it.

    `at` gives its parameters as `--input` does: `w=randn(3), x=[1, 2]`; others come from variables of the
    file or from its function that makes inputs, or are found. Raises UsageError for a name that is not there
    or a parameter for which no value is found.
    """
    source = read_source(path)
    tree = parsed(source)
    name = _chosen(source, tree, name)
    namespace = run_definitions(source, tree)
    (function, remark), given = plain_function(source, tree, namespace, name), values_of(at)
    _refuse_unknown(function, name, given)
    needed = [p.name for p in inspect.signature(function).parameters.values() if p.default is p.empty]
    stated = [f"{k}={v}" for k, v in given.items()] + [f"{n}=randn(3)" for n in needed if n not in given]
    way_out = f'whygrad show {path}:{name} --at "{", ".join(stated)}"'
    request = {"inputs": "", "input": given}
    args, assumed = example_inputs(function, source, tree, namespace, request, lambda _: way_out)
    found = f", at example inputs that were found: {assumed}" if assumed else ""
    said = f"{path} is not run as a script: this is its function `{name}`{found}\n{remark}"
    return subject_of(function, args), (said,)


def _chosen(source: Source, tree: ast.Module, name: str) -> str:
    try:
        return chosen_function(source, tree, name)
    except UsageError as error:
        meant = (error.hint or "").rpartition("--function ")[2]
        hint = f"whygrad show {source.filename}:{meant}" if meant.isidentifier() else error.hint
        raise UsageError(error.message, hint=hint) from None


def values_of(at: str) -> dict[str, str]:
    """`w=randn(3), x=[1, 2]` as a text for each name."""
    try:
        call = ast.parse(f"f({at})", mode="eval").body
    except SyntaxError:
        call = None
    if not isinstance(call, ast.Call) or call.args or any(k.arg is None for k in call.keywords):
        raise UsageError(f"--at {at!r} does not give values by name", hint='--at "w=randn(3), x=[1, 2]"')
    return {str(keyword.arg): ast.unparse(keyword.value) for keyword in call.keywords}


def has_functions_only(path: str) -> bool:
    """Whether a file defines functions and computes nothing itself."""
    tree = parsed(read_source(path))
    return not is_script(tree) and any(isinstance(node, ast.FunctionDef) for node in tree.body)


def _refuse_unknown(function: Callable[..., Any], name: str, given: Mapping[str, str]) -> None:
    known = list(inspect.signature(function).parameters)
    for other in given:
        if other not in known:
            raise UsageError(f"{name} has no parameter `{other}`", hint=f"its parameters: {', '.join(known)}")
