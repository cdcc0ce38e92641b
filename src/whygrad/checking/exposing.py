"""The parameters that an object makes itself, in its constructor or when it first runs, as inputs."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from whygrad.checking.evidence import Failure
from whygrad.checking.functions import Function
from whygrad.checking.lines import LAYER, STIRRED
from whygrad.checking.naming import EXACT, best, stems
from whygrad.checking.parts import entries_by_identity, parts_of, shared_text
from whygrad.checking.values import has_float, is_numeric, shape_of, vector

if TYPE_CHECKING:
    from whygrad.checking.driver import Driver


def exposed(
    driver: Driver, init: Function | None, forward: Function, known: set[str] | frozenset[str] = frozenset()
) -> dict[str, Any]:
    """Let parameters that the object makes itself be inputs: `W = layer.W; layer.W = W`.

    Returns all its attributes; those that are `known` stay as they are.
    """
    made = driver.run()
    if isinstance(made, Failure):
        return {}
    passed = {name for function in (init, forward) if function for name, _ in function.parameters}
    shared: dict[int, str] = {}
    for name in own_parameters(own(made), passed | known):
        value = own(made)[name]
        if id(value) in shared and not _is_read(name, driver.methods):
            driver.aliases[name] = shared[id(value)]  # `self.weights = self.gamma`, for an optimizer
            continue
        shared |= entries_by_identity(value, _expose(driver, name, name))
        driver.exposed.append(name)
    for part in parts_of(made[LAYER], driver.classes):
        for name in own_parameters(part.attributes, set()):
            path = f"{part.path}.{name}"
            alias = shared_text(part.attributes[name], shared)
            if alias:  # a layer that was given `self.params["W1"]` goes on with what that becomes
                driver.lines.append(f"{LAYER}{path} = {alias}")
                driver.inner |= {} if alias[0] in "[{" else {path: alias}
            elif path not in driver.inner:
                driver.inner[path] = _expose(driver, path[1:], part.variable(name))
    return own(made)


def _is_read(name: str, methods: Mapping[str, Function]) -> bool:
    """Does a method other than the constructor read an attribute?"""
    nodes = (n for m in methods.values() if m.name != "__init__" for n in ast.walk(m.node))
    return any(isinstance(n, ast.Attribute) and n.attr == name for n in nodes)


def _expose(driver: Driver, path: str, name: str) -> str:
    variable = name if name not in driver.namespace else f"{name}_"
    # An example input of that name that nothing takes is not the layer's parameter.
    driver.lines = [line for line in driver.lines if not line.startswith(f"{variable} = ")]
    value = f"{LAYER}.{path}"
    # Zeros that a constructor makes are nobody's example.
    stirred = STIRRED.format(variable=variable, value=value)
    driver.lines.append(stirred if driver.hints.input else f"{variable} = {value}")
    driver.lines.append(f"{value} = {variable}")
    driver.names[name] = variable
    return variable


def own(namespace: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes of the object that the driver made."""
    return dict(getattr(namespace[LAYER], "__dict__", {}))


def own_parameters(attributes: Mapping[str, Any], passed: set[str]) -> Iterator[str]:
    """Arrays that a constructor made itself, none of them `passed` to it: the layer's parameters.

    Zeros under the name of a gradient are none: they are room for what `self.dW += ...` adds up.
    """
    for name, value in attributes.items():
        if name in passed or not is_numeric(value) or not has_float(value):
            continue
        numbers = vector(value)
        buffer = bool(stems(name)) and numbers is not None and not numbers.any()
        if not buffer and (shape_of(value) or (isinstance(value, list) and all(map(shape_of, value)))):
            yield name


def _kept(body: list[ast.stmt]) -> Iterator[str]:
    """Attributes that are assigned whichever branch is taken."""
    for statement in body:
        if isinstance(statement, ast.For | ast.While | ast.With):
            yield from _kept(statement.body)
        for target in statement.targets if isinstance(statement, ast.Assign) else ():
            items = target.elts if isinstance(target, ast.Tuple) else [target]
            yield from (item.attr for item in items if isinstance(item, ast.Attribute))


def built_later(
    forward: Function, backward: Function | None, before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[str]:
    """Parameters that a layer builds when it first runs, and whose gradients its backward method stores.

    Not what it keeps of every run: `self.inputs = X`, the gradient of which is `self.dinputs`; nor a state
    that a loop of it carries on, `self.h = step(x, self.h)`.
    """
    kept = set(_kept(forward.node.body))
    if backward is None:
        return []
    stored = {
        n.attr.lstrip("_")
        for n in ast.walk(backward.node)
        if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Store)
    }
    made = {n: v for n, v in after.items() if n not in kept and not is_numeric(before.get(n))}
    arrays = [n for n, v in made.items() if has_float(v) and shape_of(v)]
    ranked = [best(name, arrays)[:1] for name in stored]
    return [n for n in arrays if any(found and found[0][0] >= EXACT and found[0][1] == n for found in ranked)]
