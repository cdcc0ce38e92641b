"""What cannot be reversed is refused by name and line, before a wrong line is written."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

import numpy as np

from whygrad.emission.leaves import Leaf, evaluated, is_array, is_number, names_read, write
from whygrad.emission.observed import Observed
from whygrad.emission.tree import Node, Step, root_of
from whygrad.errors import EmissionError
from whygrad.source import Source


class Refusals(Observed):
    """Raises EmissionError for statements of one function."""

    source: Source
    all: list[Node]
    active: set[str]

    def refuse_twice(self, node: Step, target: Leaf) -> None:
        """EmissionError for a write through an array of indices that names one entry twice."""
        if node.at or not target.keys:
            return
        for execution in self.chosen(node):
            key = evaluated(ast.parse(f"_[{target.keys[-1]}]", mode="eval").body.slice, execution.scope)  # type: ignore[attr-defined]
            parts = key if isinstance(key, tuple) else (key,)
            arrays = [np.asarray(p) for p in parts if isinstance(p, list | np.ndarray)]
            whole = np.broadcast_arrays(*[a for a in arrays if a.dtype.kind in "iu"])
            places = set(zip(*(a.ravel().tolist() for a in whole), strict=True))
            if whole and len(places) < whole[0].size:
                what = f"`{write(node.node)}`, which writes one entry twice,"
                raise self.refuse(node, what, "use np.add.at")

    def refuse_views(self, node: Step, target: Leaf, state: Mapping[str, Any]) -> None:
        """EmissionError for a write through a view: `A.T[0] = x`."""
        root = root_of(node.target)
        if target.keys and root in state and is_array(self.value(root)):
            raise self.refuse(node, f"`{write(node.node)}`, which writes to {root} through a view,")

    def refuse_aliases(self, node: Step) -> None:
        """EmissionError for a second name of an array that is changed in place under either name."""
        if not isinstance(node.value, ast.Name) or not is_array(self.value(node.value.id)):
            return
        names = {node.value.id, root_of(node.target)}
        for other in self.all:
            in_place = isinstance(other, Step) and (
                isinstance(other.target, ast.Subscript) or isinstance(other.node, ast.AugAssign)
            )
            if in_place and root_of(other.target) in names and other.number > node.number:  # type: ignore[attr-defined]
                raise self.refuse(
                    node, f"`{write(node.node)}`, two names of one array that is changed in place later,",
                    f"{write(node.target)} = {node.value.id}.copy()",
                )  # fmt: skip

    def refuse_silent_changes(self, node: Node) -> None:
        """EmissionError for a statement that changes an active value other than by an assignment."""
        read = names_read(node.node)
        roots = self.active | read if read & self.active else self.active
        for before, after in zip(self.executions(node), self.notes.after.get(node.number, ()), strict=False):
            for root in roots:
                if not same(before.scope.get(root), after.scope.get(root)):
                    text = write(node.node).splitlines()[0]
                    hint = f"assign it: {root} = ..."
                    if ".insert(" in text:
                        hint = f"append, and turn it at the end: {root}[::-1]"
                    raise self.refuse(node, f"`{text}`, which changes {root} in place,", hint)

    def place(self, node: Node) -> Any:
        return self.source.place(self.source.span_of(node.node))

    def unreached(self, node: Node) -> EmissionError:
        """Nothing can be said of what never ran."""
        text = write(node.node).splitlines()[0]
        return self.refuse(node, f"`{text}`", "no run reached it: give example inputs that do")

    def refuse(self, node: Node, what: str, hint: str | None = None) -> EmissionError:
        return EmissionError(
            f"{what} in line {node.node.lineno} cannot be derived", hint=hint, place=self.place(node)
        )


def same(a: Any, b: Any) -> bool:
    """Are two values equal, entry by entry?"""
    if is_array(a) and is_array(b):
        return a.shape == b.shape and bool(np.array_equal(a, b, equal_nan=a.dtype.kind == "f"))
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    if is_number(a) and is_number(b):
        return bool(a == b) or (a != a and b != b)
    return True
