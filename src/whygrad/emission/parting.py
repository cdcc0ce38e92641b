"""Arrays divided into parts, and put together of parts: several results of one call, lists of arrays."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any

import numpy as np

from whygrad.emission.borders import divided, largest, padded, put_together
from whygrad.emission.cotangents import Cotangent, Group, State, primed
from whygrad.emission.flow import Flow
from whygrad.emission.leaves import Leaf, is_array, is_number
from whygrad.emission.tree import Node, Step


class Parting(Flow):
    """Reverses what takes an array apart, or makes one."""

    def derive(
        self, group: Group, node: Node, value: ast.expr, seeds: list[str], after: list[str], state: State,
        held: tuple[str, Cotangent] | None = None,
    ) -> None:  # fmt: skip
        """Append what the leaves of an expression receive."""
        raise NotImplementedError

    def several(self, node: Step, state: State) -> list[Any]:
        """`a, b = e` where `e` is no tuple in the text."""
        targets = self.activity.targets(node)
        names = [t.base for t in targets if t is not None]
        held = [name for name in names if name in state]
        if not held:
            return []
        if len(names) < len(targets):
            raise self.activity.refuse(node, "several values from one expression", "assign them one by one")
        if not self.activity.depends(node):
            for name in held:
                state.pop(name)
            return []
        group, value = Group(node), node.value
        parted = divided(value)
        result = self.activity.result(node)
        whole = parted is not None or self.activity.unpacks_array(node)
        if not whole and len(held) == 1:
            value = ast.Subscript(value, ast.Constant(names.index(held[0])), ast.Load())
            ast.fix_missing_locations(ast.copy_location(value, node.value))
        seeded = held if not whole and len(held) == 1 else names
        seeds = [state.pop(n).text if n in state else self.zero(n) for n in seeded]
        if whole:
            value, text = self.together(group, node, seeds, result)
            self.derive(group, node, value, [text], [], state)
        else:
            self.derive(group, node, value, seeds, [primed(n) for n in seeded], state)
        return [group] if group.lines else []

    def together(
        self, group: Group, node: Step, seeds: list[str], parts: Sequence[Any]
    ) -> tuple[ast.expr, str]:
        """The cotangent of an array whose parts were given names, and the array."""
        parted, listed = divided(node.value), f"[{', '.join(seeds)}]"
        value = parted[0] if parted is not None else node.value
        if (
            parted is None
            and isinstance(value, ast.Attribute)
            and value.attr == "T"
            and np.ndim(parts[0]) == 1
        ):
            return self.named_whole(group, node, value.value, f"np.stack({listed}, axis=1)")
        text = f"np.array({listed})" if is_number(parts[0]) else f"np.stack({listed})"
        text = f"np.concatenate({listed}{parted[1]})" if parted is not None else text
        return self.named_whole(group, node, value, text)

    def named_whole(self, group: Group, node: Step, value: ast.expr, text: str) -> tuple[ast.expr, str]:
        """The cotangent of an array that was divided: by a name where the array has none, and is derived."""
        if self.activity.leaf(node, value) is not None:
            return value, text
        name = self.fresh_step(node, f"{self.prefix}whole")
        group.lines.append(f"{name} = {text}")
        self.made.add(name)
        return value, name

    def by_itself(self, group: Group, node: Step, seed: str, after: str, state: State) -> bool:
        """A list handed on whole, the largest entry of a list, an array with a border: is it one of these?"""
        whole = self.activity.leaf(node, node.value)
        if whole is not None and whole.keys == ("::-1",) and isinstance(self.activity.result(node), list):
            self.receive(group, state, Leaf(whole.base), f"{seed}[::-1]", True)
            return True
        if whole is not None and isinstance(self.activity.result(node), list | tuple):
            self.receive(group, state, whole, seed, False)
            return True
        if (place := largest(node.value, after)) is not None:
            owner = self.activity.leaf(node, node.value.args[0])  # type: ignore[attr-defined]
            if owner is not None and isinstance(self.activity.value(owner.base), list):
                self.receive(group, state, Leaf(owner.base, (*owner.keys, place)), seed, False)
                return True
        if self.from_list(group, node, node.value, seed, state):
            return True
        if (parted := divided(node.value)) is not None:
            value, text = self.named_whole(group, node, parted[0], f"np.concatenate({seed}{parted[1]})")
            self.derive(group, node, value, [text], [], state)
            return True
        if (inner := padded(node.value, np.ndim(self.activity.result(node)))) is not None:
            self.derive(group, node, inner[0], [f"{seed}[{inner[1]}]"], [], state)
            return True
        return False

    def from_list(self, group: Group, node: Node, value: ast.expr, seed: str, state: State) -> bool:
        """An array made of the entries of a list that has a name, of any length: `np.stack(hs, axis=1)`."""
        first = value.args[0] if isinstance(value, ast.Call) and value.args else None
        owner = self.activity.leaf(node, first) if first is not None else None
        turned = "[::-1]" if owner is not None and owner.keys == ("::-1",) else ""
        owner = Leaf(owner.base) if owner is not None and turned else owner
        held = self.activity.value(owner.base) if owner is not None and not owner.keys else None
        if owner is None or not isinstance(held, list) or not all(is_number(v) or is_array(v) for v in held):
            return False
        way = put_together(value, np.ndim(held[0]) if held else 0)
        if way is None:
            return False
        how, axis = way
        if self.activity.reads_entries(owner.base):  # what is added to an entry stays out of the array
            seed = f"{seed}.copy()"
        if how == "stack":
            text = f"list({seed})" if axis == "0" else f"list(np.moveaxis({seed}, {axis}, 0))"
        else:
            alike = self.activity.alike(owner.base)
            if turned and not alike:
                return False
            length = "len(row)" if axis == "0" else f"row.shape[{axis}]"
            lengths = f"np.cumsum([{length} for row in {owner.text}])[:-1]"
            places = f"len({owner.text})" if alike else lengths
            text = f"np.split({seed}, {places}{'' if axis == '0' else f', axis={axis}'})"
        text += turned
        if self.activity.is_active(owner):
            self.receive(group, state, owner, text, True)
        return True
