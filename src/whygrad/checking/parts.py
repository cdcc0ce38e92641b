"""The parts of an object, such as the layers of a network: their parameters, and the gradients they keep."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from whygrad.checking.functions import Function
from whygrad.checking.naming import EXACT, best, stems
from whygrad.checking.programs import Returned
from whygrad.checking.values import is_numeric
from whygrad.checking.variables import gradient_word

_MEANT = 0.5
"""Similarity from which a gradient is named after a second name: `dW` after `weights`."""
MOST = 12
"""So many parts are looked at, nearest first."""

Classes = Mapping[str, Mapping[str, Function]]


@dataclass(frozen=True, eq=False)
class Part:
    """An object of a class of the file that another one reaches."""

    path: str
    """From the object that reaches it: `.layers[0]`."""
    value: Any

    @property
    def attributes(self) -> dict[str, Any]:
        return dict(self.value.__dict__)

    def variable(self, name: str) -> str:
        """What the driver calls an attribute: `layers_0_W`."""
        return re.sub(r"\W+", "_", f"{self.path}.{name}").strip("_")


def parts_of(made: Any, classes: Classes) -> list[Part]:
    """The parts of an object, reached through attributes, lists and dictionaries; each once."""
    found: list[Part] = []
    seen, waiting = {id(made)}, [("", made)]
    while waiting and len(found) < MOST:
        for path, item in _items(*waiting.pop(0)):
            if id(item) in seen:
                continue
            seen.add(id(item))
            if type(item).__name__ in classes and hasattr(item, "__dict__"):
                found.append(Part(path, item))
            elif not isinstance(item, list | tuple | dict):
                continue
            waiting.append((path, item))
    return found


def _items(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, list | tuple):
        yield from ((f"{path}[{place}]", item) for place, item in enumerate(value))
    elif isinstance(value, dict):
        yield from ((f"{path}[{key!r}]", item) for key, item in value.items() if isinstance(key, str | int))
    else:
        yield from ((f"{path}.{name}", item) for name, item in vars(value).items())


def entries_by_identity(value: Any, text: str) -> dict[int, str]:
    """The arrays in a value that goes by a text, by identity: `params["W1"]`."""
    if isinstance(value, dict):
        items = [(item, f'{text}["{key}"]') for key, item in value.items() if isinstance(key, str)]
    elif isinstance(value, list | tuple):
        items = [(item, f"{text}[{place}]") for place, item in enumerate(value)]
    else:
        return {id(value): text}
    return {key: name for item, inner in items for key, name in entries_by_identity(item, inner).items()}


def shared_text(value: Any, shared: Mapping[int, str]) -> str:
    """The text that gives a value all of whose arrays are known by identity; "" where one is not."""
    if isinstance(value, dict):
        found = {key: shared_text(item, shared) for key, item in value.items()}
        return (
            f"{{{', '.join(f'{key!r}: {text}' for key, text in found.items())}}}"
            if all(found.values())
            else ""
        )
    if isinstance(value, list | tuple):
        texts = [shared_text(item, shared) for item in value]
        return f"[{', '.join(texts)}]" if all(texts) else ""
    return shared.get(id(value), "")


def kept_by(made: Any, names: Mapping[str, str], layer: str, classes: Classes) -> Iterator[Returned]:
    """The gradients that parts of an object keep of their own parameters: `layers[0].dW` of `layers[0].W`.

    `names` tells the driver's variable of each parameter by its path; `layer` is that of the whole object.
    """
    for part in parts_of(made, classes):
        attributes = part.attributes
        own = [name for name in attributes if f"{part.path}.{name}" in names]
        for name, value in attributes.items():
            if name in own or not stems(name.lstrip("_")):
                continue
            for entry, of in _gradients(name, value, {n: attributes[n] for n in own}):
                holder, *key = of.partition("[")
                variable = names[f"{part.path}.{holder}"] + "".join(key)
                yield Returned(
                    f"self{part.path}.{entry}", f"{layer}{part.path}.{entry}",
                    _keeper(classes[type(part.value).__name__], name), f"self.{entry}", variable,
                )  # fmt: skip


def _gradients(name: str, value: Any, own: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """An attribute that is a gradient, or entries of a dictionary that are, each with its parameter."""
    if isinstance(value, dict):
        for holder, parameters in own.items():
            keys = list(parameters) if isinstance(parameters, dict) else []
            for key in value:
                of = key if key in keys else _named(key, keys) if isinstance(key, str) else None
                if of is not None and is_numeric(value[key]):
                    yield f'{name}["{key}"]', f'{holder}["{of}"]'
    elif is_numeric(value) and (of := _named(name.lstrip("_"), list(own))):
        yield name, of


def _named(name: str, parameters: list[str]) -> str | None:
    """The parameter that a gradient is plainly named after."""
    ranked = best(name, parameters)
    return ranked[0][1] if ranked and ranked[0][0] >= EXACT else None


def _keeper(methods: Mapping[str, Function], name: str) -> str:
    """The method that sets an attribute, the backward pass before others."""
    setting = [f for f in methods.values() if f.name != "__init__" and _sets(f.node, name)]
    setting.sort(key=lambda f: "back" not in f.name.lower())
    return setting[0].qualname if setting else ""


def _sets(function: ast.FunctionDef, name: str) -> bool:
    """Does a method bind `self.NAME`, or change an entry of it?"""
    return any(
        isinstance(n, ast.Attribute | ast.Subscript)
        and isinstance(n.ctx, ast.Store)
        and re.match(rf"self\.{name}\b", ast.unparse(n)) is not None
        for n in ast.walk(function)
    )


def of_aliases(
    returned: Sequence[Returned], aliases: Mapping[str, str], exposed: Sequence[str]
) -> list[Returned]:
    """The gradients, those that are named after a second name of a parameter as those of the parameter."""
    found = []
    for item in returned:
        ranked = best(gradient_word(item.name), [*exposed, *aliases]) if aliases and not item.of else []
        of = aliases.get(ranked[0][1], "") if ranked and ranked[0][0] >= _MEANT else ""
        found.append(replace(item, of=of or item.of))
    return found


def with_parts(returned: Sequence[Returned], kept: Sequence[Returned]) -> list[Returned]:
    """All gradients, each once; those that a method of the whole object stores on a part know of what."""
    known = {item.path: item.of for item in kept}
    named = [replace(item, of=known.get(item.path, item.of)) for item in returned]
    paths = {item.path for item in returned}
    return [*named, *(item for item in kept if item.path not in paths)]
