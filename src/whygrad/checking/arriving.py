"""What a script hands to a backward pass as the gradient that arrives, where its name does not say so."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from whygrad.checking.naming import is_gradient_name
from whygrad.checking.observing import Observation
from whygrad.checking.upstreams import TARGET_WORDS
from whygrad.checking.values import has_float, is_numeric, shape_of
from whygrad.checking.variables import Variable
from whygrad.errors import NoGradientError
from whygrad.source import tree_of

_BACK = re.compile(r"(?i)(^|_)(backwards?|backprop\w*|bwd)(_|$)")
_ONES = re.compile(r"\bones(_like)?$")
_SWITCH = re.compile(r"(?i)(requires?|needs?|no|use|with|has|enable\w*|zero)_?grad")
"""`requires_grad` is no gradient."""


def handed_to_backward(
    output: str, found: Mapping[str, Variable], needs: Mapping[str, set[str]], observation: Observation
) -> str:
    """The variable of the output's shape that a backward pass is given, and that nothing else is made of.

    Raises NoGradientError where numbers are drawn for it, `net.backward(rng.normal(...))`: what was
    differentiated has no name then.
    """
    shape = shape_of(found[output].value)
    read = {n for n in needs.get(output, ()) if n in found and has_float(found[n].value)}
    for given, numbers in _given(found, observation):
        if isinstance(given, ast.Name):
            variable = found.get(given.id)
            own = given.id not in read and not TARGET_WORDS.match(given.id)
            alone = not needs.get(given.id, set()) & (read | {output}) and given.id != output
            usable = variable is not None and is_numeric(variable.value) and has_float(variable.value)
            if variable is not None and usable and own and alone and shape_of(variable.value) == shape:
                return given.id
        elif isinstance(given, ast.Call) and not numbers and not _ONES.search(ast.unparse(given.func)):
            raise NoGradientError(
                f"a backward pass is given `{ast.unparse(given)}`, which has no name, so it is not known "
                f"what of `{output}` is differentiated",
                hint=f"give it a name before: d{output} = {ast.unparse(given)}",
            )
    return ""


def _given(found: Mapping[str, Variable], observation: Observation) -> Iterator[tuple[ast.expr, set[str]]]:
    """What calls of backward passes in the script are given first, with the numbers that they read."""
    for statement in observation.statements:
        if not statement.function and re.search("(?i)back|bwd", statement.text):
            for node in ast.walk(ast.parse(statement.text)):
                name = ast.unparse(node.func).rpartition(".")[2] if isinstance(node, ast.Call) else ""
                if isinstance(node, ast.Call) and node.args and _BACK.search(name):
                    names = {n.id for n in ast.walk(node.args[0]) if isinstance(n, ast.Name)}
                    names -= {*statement.shape_only}
                    yield node.args[0], {n for n in names if n in found and has_float(found[n].value)}


def computed_within(text: str) -> tuple[str, str] | None:
    """A function of the text and what it assigns that looks like a gradient of one of its variables."""
    tree = tree_of(text)
    methods = [(node.name, node.body) for node in tree.body if isinstance(node, ast.ClassDef)]
    for owner, body in [("", tree.body), *methods]:
        for function in body:
            if isinstance(function, ast.FunctionDef):
                nodes = list(ast.walk(function))
                names = [n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
                kept = {n.attr for n in nodes if isinstance(n, ast.Attribute)} | {*names}
                found = [n for n in names if is_gradient_name(n, kept) and not _SWITCH.match(n)]
                if found:
                    return f"{owner}.{function.name}" if owner else function.name, found[0]
    return None
