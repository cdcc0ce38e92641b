"""Operations that a framework calls: `Sin()(x)` wraps arrays, runs `forward`, keeps what `backward` reads.

`forward` by itself takes arrays and keeps nothing; the inherited `__call__` does, so the object is called.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from whygrad.checking.evidence import Failure
from whygrad.checking.functions import Function
from whygrad.checking.lines import CAPTURE, FORWARD, HELD, LAYER, LOCAL, RESULT, UNWRAPPED
from whygrad.checking.plain import Namespace
from whygrad.checking.values import is_numeric

if TYPE_CHECKING:
    from whygrad.checking.driver import Driver

KINDS = ("Variable", "Tensor", "Var", "Node", "Value")
"""Names of the classes that hold an array in its graph."""
FIELDS = ("data", "value", "_data")


def unwrapped(result: Any) -> Any:
    """What the framework's values hold, in tuples and lists as well."""
    if isinstance(result, tuple | list):
        return type(result)(map(unwrapped, result))
    if is_numeric(result) or type(result).__module__ == "numpy":
        return result
    return next((getattr(result, field) for field in FIELDS if hasattr(result, field)), result)


def called_whole(driver: Driver, forward: Function, backward: Function, after: Namespace) -> Namespace:
    """Call the object where that, and not its `forward`, sets what its `backward` reads."""
    layer = after[LAYER]
    lacking = [name for name in _read(backward, driver.methods) if not _has(layer, name)]
    if not lacking or forward.name == "__call__" or not callable(layer):
        return after
    names = [driver.names[name] for name, _ in forward.parameters if name in driver.names]
    before = list(driver.lines)
    for kind in ("", *(k for k in KINDS if isinstance(driver.namespace.get(k), type))):
        given = ", ".join(f"{kind}({name})" if kind else name for name in names)
        driver.lines[-1:] = [f"{HELD} = {LAYER}({given})", UNWRAPPED.format(variable=FORWARD, value=HELD)]
        found = driver.run()
        if (
            not isinstance(found, Failure)
            and is_numeric(found[FORWARD])
            and all(_has(found[LAYER], name) for name in lacking)
        ):
            driver.wrapped = True
            return found
        driver.lines = list(before)
    return after


def returned_whole(
    driver: Driver, backward: Function, arguments: str, callee: str, local: Sequence[str] = ()
) -> Iterator[str]:
    """Lines that call the backward method with arrays, or with values of the framework.

    With those where arrays do not run, or would be changed in place: `gy *= 2`. The `local` variables of it
    are kept.
    """
    if local:
        yield CAPTURE.format(result=RESULT, locals=LOCAL, callee=callee, names=[*local], arguments=arguments)
        return
    if not driver.wrapped:
        yield f"{RESULT} = {callee}({arguments})"
        return
    of_kind = f"type({HELD}[0] if isinstance({HELD}, (tuple, list)) else {HELD})"
    parts = [part.partition("=") for part in arguments.split(", ")]
    given = ", ".join(f"{name}={of_kind}({value})" for name, _, value in parts if name)
    ways = [f"{callee}({arguments})", f"{callee}({given})"]
    changed = {n.target.id for n in ast.walk(backward.node) if isinstance(n, ast.AugAssign)
               and isinstance(n.target, ast.Name)}  # fmt: skip
    if changed & {name for name, _ in backward.parameters}:
        ways.reverse()
    lines = [UNWRAPPED.format(variable=RESULT, value=way) for way in ways]
    driver.lines.append(lines[0])
    fails = isinstance(driver.run(), Failure)
    driver.lines.pop()
    yield lines[fails]


def _read(backward: Function, methods: Mapping[str, Function]) -> set[str]:
    """Attributes of the object that its backward method reads, itself or in methods that it calls."""
    found: set[str] = set()
    waiting, seen = [backward], {backward.name}
    while waiting:
        method = waiting.pop()
        arguments = method.node.args.args
        for n in ast.walk(method.node):
            if not (isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name) and arguments):
                continue
            if n.value.id == arguments[0].arg and isinstance(n.ctx, ast.Load):
                if n.attr in methods and n.attr not in seen:
                    seen.add(n.attr)
                    waiting.append(methods[n.attr])
                found.add(replace(method, name=n.attr).attribute)
    return found


def _has(layer: Any, name: str) -> bool:
    """Has an object an attribute that is more than announced: not `self.inputs = None`?"""
    return getattr(layer, name, None) is not None
