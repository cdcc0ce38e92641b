"""What a backward function hands over: gradients returned, in containers, or stored."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from typing import Any

from whygrad.checking.functions import Function
from whygrad.checking.lines import FORWARD
from whygrad.checking.naming import FORCE, OUTPUT_WORDS, is_gradient_name, stems
from whygrad.checking.programs import Returned
from whygrad.checking.upstreams import TARGET_WORDS
from whygrad.checking.values import count, has_float, is_numeric, shape_of
from whygrad.checking.variables import gradient_word
from whygrad.errors import NoGradientError
from whygrad.source import tree_of


def gradients_in(
    result: Any, path: str, forward: Function, backward: Function, text: str = ""
) -> list[Returned]:
    """The gradients in a result, named as the function names them or a call in the text, else after the
    forward parameters.
    """
    names = backward.returns
    if isinstance(result, tuple) and not any(names):
        names = _unpacked(text, backward.name, len(result)) or names
    prefix = "force_" if FORCE.search(backward.name) else "d"
    if isinstance(result, dict) or not isinstance(result, tuple | list):
        # Of a loss of predictions and targets it may be the gradient of either: values decide.
        sole = prefix != "d" or not any(TARGET_WORDS.match(name) for name, _ in forward.parameters)
        single = f"{prefix}{forward.parameters[0][0]}" if forward.parameters and sole else "grad"
        if (
            len(names) == 1
            and names[0] not in _keys(result)
            and (stems(names[0].rpartition(".")[2]) or isinstance(result, dict))
        ):
            single = names[0]
        if isinstance(result, dict) and single not in names:
            single = "grads"
        if single not in names:
            single = _free(single, backward)
        return entries_of(result, single, path, backward.qualname)
    if isinstance(result, list) and len(names) != len(result):
        return entries_of(result, names[0] if names else "grad", path, backward.qualname)
    found = []
    # An inherited method names what it returns after the parameters of its own class: `dx1, dx2`.
    own = backward.definer == forward.definer or len(result) != len(forward.parameters)
    for place, item in enumerate(result):
        known = place < len(forward.parameters)
        fallback = f"{prefix}{forward.parameters[place][0]}" if known else f"grad_{place}"
        name = names[place] if own and place < len(names) and names[place] else _free(fallback, backward)
        found += entries_of(item, name, f"{path}[{place}]", backward.qualname)
    return found


def _unpacked(text: str, function: str, count: int) -> list[str]:
    """What a call in the text makes of nameless results: `dW1, db1 = backward(x)`."""
    for node in ast.walk(tree_of(text)):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            called, target = ast.unparse(node.value.func), node.targets[0]
            if called.rpartition(".")[2] == function and isinstance(target, ast.Tuple):
                names = [n.id for n in target.elts if isinstance(n, ast.Name) and stems(n.id)]
                if len(names) == len(target.elts) == count:
                    return names
    return []


def beside_loss(
    items: list[Any],
    names: list[str],
    loss: int,
    function: Function,
    given: Mapping[str, Any],
    strict: bool = False,
) -> list[Returned]:
    """What a function returns besides its loss, without what are plainly no gradients.

    Where it is `strict`, raises NoGradientError if nothing is called a gradient and something fits none.
    """
    nameless = _after_parameters(items, names, function, given, strict)
    values = _parts_of_values(names, function)
    found = []
    for place, item in enumerate(items):
        if place == loss or place in values:
            continue
        fallback = nameless.get(place, f"d{place}")
        if isinstance(item, dict):
            fallback = "grads"
        elif len(items) == 2 and function.parameters:
            prefix = "force_" if FORCE.search(function.name) else "d"
            fallback = f"{prefix}{function.parameters[0][0]}"
        name = names[place] if stems(gradient_word(names[place])) or isinstance(item, dict) else ""
        found += entries_of(item, name or fallback, f"{FORWARD}[{place}]", function.qualname)
    return found


def _after_parameters(
    items: list[Any], names: list[str], function: Function, given: Mapping[str, Any], strict: bool
) -> dict[int, str]:
    """Names for results without one, `return loss, X.T @ dz, dz.sum()`: after the parameter that each fits.

    A result that fits none, or of which more than one could be meant, gets no name. Where it is `strict`,
    raises NoGradientError if nothing is called a gradient and something fits no parameter.
    """
    if strict:
        _refuse_strangers(function, items, names, given)
    named = {stem for name in names for stem, _ in stems(gradient_word(name))}
    fitting = [
        (name, shape_of(given[name]))
        for name, _ in function.parameters
        if name in given and has_float(given[name]) and name not in named and not TARGET_WORDS.match(name)
    ]
    found: dict[int, str] = {}
    for place, item in enumerate(items):
        if names[place] or not is_numeric(item):
            continue
        same = [name for name, shape in fitting if shape == shape_of(item)]
        if len(same) == 1:
            found[place] = _free(f"d{same[0]}", function)
    return found


def _parts_of_values(names: list[str], function: Function) -> set[int]:
    """Places of results that are parts of what the forward pass made: the last state `hs[T - 1]`.

    Where others are called gradients, a part of what is not called so is none.
    """
    value = function.returned_value
    called = [name for name in names if stems(gradient_word(name))]
    if not called or not isinstance(value, ast.Tuple) or len(value.elts) != len(names):
        return set()
    known = {n.id for n in ast.walk(function.node) if isinstance(n, ast.Name)}
    return {
        place
        for place, node in enumerate(value.elts)
        if isinstance(node, ast.Subscript)
        and isinstance(node.value, ast.Name)
        and not is_gradient_name(node.value.id, known)
    }


def _free(name: str, backward: Function) -> str:
    """A name for a result that has none: not that of a variable, as in `return dx * dout`, but `d_x`."""
    taken = {n.id for n in ast.walk(backward.node) if isinstance(n, ast.Name)}
    return (
        name if name not in taken or not name.startswith("d") or f"d_{name[1:]}" in taken else f"d_{name[1:]}"
    )


def stored_by(backward: Function, layer: str, made: Any) -> list[Returned]:
    """Gradients that the backward method stores on its object `made`, which the driver calls `layer`.

    Not those of a branch that was not taken: `if self.debug: self.dx = dx`.
    """
    found: dict[str, Returned] = {}
    for node in ast.walk(backward.node):
        if not (isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store)):
            continue
        text = ast.unparse(node).replace("'", '"')
        container = ast.unparse(node.value).rpartition(".")[2] if isinstance(node, ast.Subscript) else ""
        last = node.attr if isinstance(node, ast.Attribute) else _constant_key(node)
        if not text.startswith("self.") or (isinstance(node, ast.Attribute) and not _is_set(made, text[5:])):
            continue
        whole = getattr(made, last, None) if text == f"self.{last}" else None
        if isinstance(whole, dict) and "grad" in last.lower():
            found |= {
                item.name: item for item in entries_of(whole, text, layer + text[4:], backward.qualname)
            }
        elif last and (stems(last.lstrip("_")) or stems(container)):
            found[text] = Returned(text, layer + text[4:], backward.qualname)
        elif isinstance(node, ast.Subscript) and stems(container) and not last:
            whole = ast.unparse(node.value)
            value = getattr(made, container, None) if whole == f"self.{container}" else None
            if value is not None:  # `self.dW[...] = 0`, `self.grads[name] = g`
                for item in entries_of(value, whole, layer + whole[4:], backward.qualname):
                    found[item.name] = item
    return [*found.values(), *_listed(backward, layer, made)]


def _is_set(made: Any, path: str) -> bool:
    """Has the object an attribute, or its part one (`layer.dW`), other than None?"""
    for name in path.split("."):
        made = getattr(made, name, None)
    return made is not None


def _listed(backward: Function, layer: str, made: Any) -> Iterator[Returned]:
    """Gradients that are written into a list: `self.grads[0][...] = dW`, or `dW, = self.grads`."""
    for node in ast.walk(backward.node):
        if not isinstance(node, ast.Assign) or len(node.targets) != 1:
            continue
        target, value = node.targets[0], node.value
        if isinstance(target, ast.Subscript) and isinstance(value, ast.Name) and stems(value.id):
            match = re.match(r"self\.(\w*grad\w*)\[(\d+)\]\[(\.\.\.|:)\]$", ast.unparse(target))
            if match:
                yield Returned(value.id, f"{layer}.{match[1]}[{match[2]}]", backward.qualname)
        elif isinstance(target, ast.Tuple) and re.fullmatch(r"self\.\w*grad\w*", ast.unparse(value)):
            for place, item in enumerate(target.elts):
                if isinstance(item, ast.Name) and stems(item.id):
                    path = f"{layer}{ast.unparse(value)[4:]}[{place}]"
                    yield Returned(item.id, path, backward.qualname)


def entries_of(value: Any, name: str, path: str, function: str) -> list[Returned]:
    """A gradient, or those of a dictionary of gradients."""
    if isinstance(value, dict):
        keys = [key for key in value if isinstance(key, str) and is_numeric(value[key])]
        return [Returned(f'{name}["{key}"]' if name else key, f"{path}[{key!r}]", function) for key in keys]
    return [Returned(name, path, function)] if is_numeric(value) else []


def _constant_key(node: ast.Subscript) -> str:
    return (
        node.slice.value if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str) else ""
    )


def _keys(result: Any) -> list[str]:
    return list(result) if isinstance(result, dict) else []


def _refuse_strangers(
    function: Function, items: list[Any], names: list[str], given: Mapping[str, Any]
) -> None:
    """Raises NoGradientError where nothing that is returned behind a value is called a gradient, or fits one.

    An accuracy, or predictions, are no gradient of the first parameter.
    """
    if any(stems(gradient_word(name)) for name in names) or not all(map(is_numeric, items)):
        return
    others = [shape_of(item) for k, item in enumerate(items) if k != loss_place(items, names)]
    first = next((name for name, _ in function.parameters if name in given and has_float(given[name])), "")
    shapes = [shape_of(value) for value in given.values()]
    if first and (shape_of(given[first]) not in others or any(shape not in shapes for shape in others)):
        raise NoGradientError(
            f"`{function.qualname}` returns no gradient: what stands behind its value has not the "
            f"shape of `{first}`",
            hint=f"return the gradients behind the value: return loss, d{first}",
        )


def loss_place(items: list[Any], names: list[str]) -> int:
    """Which result of a function that returns loss and gradients is the loss."""
    numbers = [k for k, item in enumerate(items) if is_numeric(item) and count(item) == 1]
    plain = [k for k in numbers if not stems(gradient_word(names[k]))] or numbers or [0]
    return next((k for k in plain if OUTPUT_WORDS.search(names[k])), plain[0])
