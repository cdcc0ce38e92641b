"""What the runs of a function have shown of its names: values, shapes, executions of a statement."""

from __future__ import annotations

import ast
import copy
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from whygrad.emission.leaves import Leaf, evaluated, is_array, is_number, leaf_of, names_read, write
from whygrad.emission.local import Execution
from whygrad.emission.observing import Notes
from whygrad.emission.tree import Node, Step, root_of
from whygrad.errors import AnotherFormError, EmissionError

VARIANTS = 4
"""Executions at which a statement is traced, and has to give the same text."""


def axes_between(given: tuple[int, ...], place: tuple[int, ...]) -> str | None:
    """How to sum from one shape to another, as further arguments; None where they are equal."""
    if given == place:
        return None
    if not given:
        return ""
    lead = len(place) - len(given)
    axes = [*range(lead), *(lead + k for k, n in enumerate(given) if n == 1 and place[lead + k] != 1)]
    kept = any(k >= lead for k in axes)
    told = str(axes[0]) if len(axes) == 1 else str(tuple(axes))
    return f", axis={told}" + (", keepdims=True" if kept and not lead else "")


class Observed:
    """The notes of one or more functions, asked about."""

    notes: Notes
    grown: Collection[str] = ()
    """Names that are arrays but for the number that they start from."""

    def executions(self, node: Node) -> list[Execution]:
        return self.notes.before.get(node.number, [])

    def chosen(self, node: Node) -> list[Execution]:
        """A few executions, of different runs where there are such."""
        found = self.executions(node)
        value = getattr(node, "value", None)
        if self.grown and value is not None:
            grown = names_read(value) & set(self.grown)
            full = [e for e in found if not any(is_number(e.scope.get(name)) for name in grown)]
            found = full or found
        runs = list(dict.fromkeys(e.run for e in found))
        by_run = [[e for e in found if e.run == run] for run in runs]
        picked: list[Execution] = []
        for k in range(max(map(len, by_run), default=0)):
            picked += [mine[k] for mine in by_run if k < len(mine)]
        return picked[:VARIANTS]

    def value(self, base: str) -> Any:
        """A value of a base, as it is at some execution; an array, of what becomes one."""
        if base in self.grown:
            held = (e.scope.get(base) for noted in self.notes.after.values() for e in noted)
            return next(v for v in held if is_array(v))
        node = ast.parse(base, mode="eval").body
        root = root_of(node)
        for table in (self.notes.after, self.notes.before):
            for noted in table.values():
                for execution in noted:
                    if root in execution.scope:
                        found = leaf_of(node, execution.scope)
                        if found is not None:
                            return found[1]
        for noted in self.notes.before.values():
            for execution in noted:
                if root in execution.scope:
                    return execution.scope[root]
        return 0.0

    def _in_scope(self, node: Node, text: str) -> Any:
        for execution in self.executions(node)[:1]:
            try:
                return evaluated(ast.parse(text, mode="eval").body, execution.scope)
            except Exception:  # a name that is not bound yet
                return None
        return None

    def stretched(self, node: Step, value: ast.expr) -> str | None:
        """The axes along which what is written is stretched, as an argument; None where it is not.

        They are the same at all executions, or the statement is refused.
        """
        found = set[str | None]()
        for execution in self.chosen(node):
            code = compile(ast.fix_missing_locations(ast.Expression(copy.deepcopy(value))), "<value>", "eval")
            with np.errstate(all="ignore"):
                given = np.shape(eval(code, dict(execution.scope)))
            try:
                place = np.shape(evaluated(ast.parse(write(node.target), mode="eval").body, execution.scope))
            except KeyError:  # an entry that is new is as large as what is put there
                continue
            found.add(axes_between(given, place))
        if len(found) > 1:
            what = f"`{write(node.node)}`, which stretches what it writes at some inputs only,"
            raise AnotherFormError.of(self.refuse(node, what))
        return found.pop() if found else None

    def refuse(self, node: Node, what: str, hint: str | None = None) -> EmissionError:
        """An error that names a statement."""
        raise NotImplementedError

    def result(self, node: Step) -> Any:
        """What a step assigned, at its first execution."""
        for execution in self.notes.after.get(node.number, [])[:1]:
            try:
                return evaluated(ast.parse(write(node.target), mode="eval").body, execution.scope)
            except Exception:  # the place moved, as the end of a list does
                return None
        return None

    def unpacks_array(self, node: Step) -> bool:
        """Are the names of `x, y = points.T` the entries of one array?"""
        for execution in self.executions(node)[:1]:
            code = compile(
                ast.fix_missing_locations(ast.Expression(copy.deepcopy(node.value))), "<value>", "eval"
            )
            with np.errstate(all="ignore"):
                return is_array(eval(code, dict(execution.scope)))
        return False

    def alike(self, base: str) -> bool:
        """Have all entries of a list the same shape, at every execution?"""
        return all(
            len({np.shape(v) for v in held}) <= 1 for held in self.values(base) if isinstance(held, list)
        )

    def fills(self, base: str, leaves: Sequence[Leaf]) -> bool:
        """Do these entries, by plain numbers, make up the whole of a base at every execution?"""
        values = self.values(base)
        keys = [leaf.keys[0] for leaf in leaves if len(leaf.keys) == 1]
        if len(keys) != len(leaves) or not all(k.isdigit() for k in keys):
            return False
        return all(
            (isinstance(v, list | tuple) or (is_array(v) and v.ndim == 1))
            and sorted(map(int, keys)) == list(range(len(v)))
            for v in values
        )

    def same_shape(self, name: str) -> bool:
        """Has a name the same shape throughout each run?"""
        shapes: dict[int, set[Any]] = {}
        for table in (self.notes.before, self.notes.after):
            for noted in table.values():
                for e in noted:
                    if name in e.scope:
                        shapes.setdefault(e.run, set()).add(
                            np.shape(e.scope[name]) if is_array(e.scope[name]) else None
                        )
        return all(len(found) == 1 for found in shapes.values())

    def values(self, base: str) -> list[Any]:
        """What a name holds at all executions that are kept."""
        found = [e.scope[base] for noted in self.notes.before.values() for e in noted if base in e.scope]
        return found or [None]
