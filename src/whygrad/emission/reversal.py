"""The reverse of a tree of statements: statements last to first, loops over their steps backwards.

Which cotangents there are at a moment, and how they are read, is the state (`cotangents`); how loops and
branches keep it straight is in `flow`; here is what a single statement does to it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from whygrad.emission.cotangents import Cotangent, Group, State, primed
from whygrad.emission.fusing import Fusing, Loss
from whygrad.emission.invariance import is_shift
from whygrad.emission.leaves import Leaf, is_array, is_number, write
from whygrad.emission.parting import Parting
from whygrad.emission.phrases import PRIME
from whygrad.emission.tree import Branch, Loop, Node, Plain, Return, Step


class Reversal(Parting):
    """Reverses one function."""

    def prepare(self) -> None:
        self.fusing = Fusing(self.activity)
        steps = [n for n in self.activity.all if isinstance(n, Step) and isinstance(n.value, ast.BinOp)]
        self.shifted = {write(n.target) for n in steps if isinstance(n.value.op, ast.Add | ast.Sub)}  # type: ignore[attr-defined]

    # -- blocks --

    def block(self, nodes: Sequence[Node], state: State) -> list[Any]:
        """The reverse of a block. `state` is changed to what holds before it."""
        out: list[Any] = []
        for node in reversed(nodes):
            out.extend(self.node(node, state))
        return out

    def node(self, node: Node, state: State) -> list[Any]:
        if isinstance(node, Step):
            return self.step(node, state)
        if isinstance(node, Loop):
            return self.loop(node, state)
        if isinstance(node, Branch):
            return self.branch(node, state)
        if isinstance(node, Return):
            return self.result(node, state)
        if isinstance(node, Plain):
            self.activity.refuse_silent_changes(node)
        return []

    def result(self, node: Return, state: State) -> list[Any]:
        """The cotangents of what is returned are given."""
        state.clear()
        if node.value is None:
            return []
        values = self.activity.returned(node)
        group = Group(node)
        for value, text in zip(values, self.upstream, strict=False):
            if not text:
                continue
            found = self.activity.leaf(node, value)
            if found is not None and not found.keys:
                if self.activity.is_active(found):
                    self.receive(group, state, found, text, False)
                continue
            if not self.from_list(group, node, value, text, state):
                self.derive(group, node, value, [text], [], state)
        return [group] if group.lines else []

    # -- statements --

    def step(self, node: Step, state: State) -> list[Any]:
        if node.calls:
            return self.called(node, state)
        target = self.activity.target(node)
        if target is None:
            return self.several(node, state)
        held = state.get(target.base)
        if held is None:
            self.activity.refuse_views(node, target, state)
            return []
        if not self.activity.executions(node):
            raise self.activity.unreached(node)
        group = Group(node)
        if node.appends:
            self.own(group, state, target.base)
            if self.activity.reads_end(target.base):
                group.lines.append(f"{target.base}.pop()")
            whole = self.activity.leaf(node, node.value)
            if whole is not None and not whole.keys and self.activity.is_active(whole):
                self.receive(group, state, whole, f"{self.name(target.base)}.pop()", False)
                return [group]
            seed = self.fresh_step(node, f"{self.prefix}item")
            group.lines.append(f"{seed} = {self.name(target.base)}.pop()")
            self.made.add(seed)
            self.derive(group, node, node.value, [seed], [], state)
            return [group]
        if target.keys:
            return self.write(group, node, target, state)
        if not self.activity.depends(node):
            state.pop(target.base)
            return []
        self.activity.refuse_aliases(node)
        after = primed(target.base)
        kept = self.kept_apart(group, node, target.base, held, state)
        state.pop(target.base)
        if kept.zero_along and is_shift(node.value, self.activity.chosen(node), kept.zero_along):
            self.derive(group, node, node.value.left, [kept.text], [], state, held=(target.base, kept))  # type: ignore[attr-defined]
            return [group] if group.lines else []
        if self.by_itself(group, node, kept.text, after, state):
            return [group] if group.lines else []
        seeds, named = [kept.text], [after]
        parts = self.activity.result(node)
        if isinstance(node.value, ast.List | ast.Tuple) and all(
            is_number(v) or is_array(v) for v in parts or ()
        ):
            places = range(len(node.value.elts))  # `hs = [h0]`: each part has its own cotangent
            seeds, named = ([f"{text}[{k}]" for k in places] for text in (kept.text, after))
        self.derive(group, node, node.value, seeds, named, state, held=(target.base, kept))
        return [group] if group.lines else []

    def called(self, node: Step, state: State) -> list[Any]:
        """A call of a function with a backward pass of its own."""
        targets = (
            self.activity.targets(node)
            if isinstance(node.target, ast.Tuple | ast.List)
            else [self.activity.target(node)]
        )
        held = [state.pop(t.base, None) if t is not None and not t.keys else None for t in targets]
        if not any(held):
            return []
        name, upstream, parameters, arguments = self.call(node)
        group = Group(node)
        seeds = [
            h.text if h is not None else self.zero(t.base)
            for h, t, u in zip(held, targets, upstream, strict=False) if u and t is not None
        ]  # fmt: skip
        leaves = [self.activity.path(node, a) for a in arguments]
        names: list[str] = []
        later: list[tuple[Leaf, str]] = []
        for parameter, leaf in zip(parameters, leaves, strict=True):
            if leaf is None or not self.activity.is_active(leaf):
                names.append("_")
            elif not leaf.keys and leaf.base not in state and leaf not in [other for other, _ in later]:
                names.append(self.name(leaf.base))
                later.append((leaf, self.name(leaf.base)))
            else:
                names.append(self.fresh_step(node, f"{self.prefix}{parameter}_part"))
                later.append((leaf, names[-1]))
        for n in names:
            self.materialise(group, state, n)
            self.made.add(n)
        group.lines.append(f"{', '.join(names)} = {name}({', '.join([*seeds, node.cache + PRIME])})")
        for leaf, text in later:
            self.receive(group, state, leaf, text, True)
        return [group]

    def write(self, group: Group, node: Step, target: Leaf, state: State) -> list[Any]:
        """`out[i] = e`: its cotangent is the entry `grad_out[i]`, which ends here if it was set before."""
        self.activity.refuse_twice(node, target)
        base, held = target.base, state[target.base]
        key = "".join(f"[{k}]" for k in target.keys)
        again = self.activity.overwrites(node, target)
        if again:
            self.own(group, state, base)
            held = state[base]
        held = self.kept_apart(group, node, base, held, state)
        seed = f"{held.text}{key}"
        increments = isinstance(node.node, ast.AugAssign) and isinstance(node.node.op, ast.Add | ast.Sub)
        if node.at or (increments and again):
            value = node.value if node.at else node.node.value  # type: ignore[attr-defined]
            if not node.at and isinstance(node.node.op, ast.Sub):  # type: ignore[attr-defined]
                value = ast.UnaryOp(ast.USub(), value)
            self.derive(group, node, value, [self.summed(node, value, seed)], [], state)
            return [group] if group.lines else []
        if not self.activity.depends(node):
            if again:
                group.lines.append(f"{seed} = 0")
            return [group] if group.lines else []
        if again:
            name = self.fresh_step(node, f"{self.prefix}entry")
            copied = (
                ".copy()"
                if is_array(self.activity.result(node)) and not self.activity.advanced(target)
                else ""
            )
            group.lines += [f"{name} = {seed}{copied}", f"{seed} = 0"]
            seed = name
        text = f"{primed(base)}{key}"
        found = self.summed(node, node.value, seed)
        self.derive(group, node, node.value, [found], [text] if found == seed else [], state)
        return [group] if group.lines else []

    def kept_apart(self, group: Group, node: Step, base: str, held: Cotangent, state: State) -> Cotangent:
        """A cotangent under its own name, where the statement gives the name that it is read under anew.

        After `a, b = b, c` backwards that of c is read as `grad_b`, and what b receives has that name, too.
        """
        read = {leaf.base for leaf in self.activity.known_leaves[node.number]}
        owners = [b for b in read - {base} if b in state and self.name(b) == held.text != state[b].text]
        if owners:
            name = self.name(base)
            self.assign(group, state, name, held.text)
            held = state[base] = Cotangent(name, held.own)
        return held

    def summed(self, node: Step, value: ast.expr, seed: str) -> str:
        """The cotangent of what was stretched to fill a place: summed over the copies."""
        axes = self.activity.stretched(node, value)
        if axes is None:
            return seed
        return f"np.sum({seed}{axes})"

    def derive(
        self, group: Group, node: Node, value: ast.expr, seeds: list[str], after: list[str], state: State,
        held: tuple[str, Cotangent] | None = None,
    ) -> None:  # fmt: skip
        """Append what the leaves of an expression receive."""
        spread = self.fusing.gate(node)
        value = spread.value if spread is not None else value
        loss = self.fusing.loss(node, value) if len(seeds) == 1 else None
        if loss is not None:
            alone = loss.enters.base not in state
            self.undo(group, state, loss, seeds[0])
            held_now = state[loss.enters.base]
            state[loss.enters.base] = replace(held_now, zero_along=loss.zero_along if alone else ())
        before = dict(state.items())
        phrases = self.activity.phrases(
            node, value, seeds, after, self.names_of(node), self.prefix,
            lambda leaf: self.claim(leaf, before, seeds), loss.prediction if loss else "",
        )  # fmt: skip
        for line in phrases.lines:
            if line.name:
                self.assign(group, state, line.name, line.text)
                if line.form:
                    self.forms[line.name] = line.form
            else:
                group.lines.append(line.text)
        order = sorted(
            zip(phrases.contributions, phrases.fresh, strict=True),
            key=lambda c: any(reads_name(s, self.name(c[0][0].base)) for s in seeds),
        )
        order = self.filled(group, state, order)
        for (leaf, text), fresh in order:
            if (
                held
                and leaf.base == held[0]
                and not leaf.keys
                and text in (held[1].text, held[1].text.removesuffix(".0"))
            ):
                state[leaf.base] = held[1]  # `total += e`: its cotangent goes on as it is
                continue
            self.receive(group, state, leaf, text, fresh)
        for base in self.shifted & {leaf.base for leaf, _ in phrases.contributions} - set(before):
            if base in state:
                state[base] = replace(state[base], zero_along=self.activity.sums_to_zero(node, value, base))

    def undo(self, group: Group, state: State, loss: Loss, seed: str) -> None:
        """The gradient `p - y` of a loss by what enters the softmax or sigmoid before it."""
        name, by = self.name(loss.enters.base), loss.scale.removeprefix("1 / ")
        if loss.places and loss.enters.base not in state:
            self.assign(group, state, name, f"{loss.prediction}.copy()")
            group.lines.append(f"{name}[{loss.places}] -= 1")
            if loss.scale != "1":
                group.lines.append(f"{name} /= {by}")
            if seed != "1.0":
                group.lines.append(f"{name} *= {seed}")
            state[loss.enters.base] = Cotangent(name, True)
            return
        gap = f"{loss.prediction} - {loss.truth}"
        if loss.places:
            copy = self.fresh_name(f"{self.prefix}gap")
            group.lines += [f"{copy} = {loss.prediction}.copy()", f"{copy}[{loss.places}] -= 1"]
            gap = copy
        grouped = gap if gap.isidentifier() else f"({gap})"
        text = gap if loss.scale == "1" else f"{grouped} / {by}"
        if seed != "1.0":
            text = f"{seed} * {grouped}" if loss.scale == "1" else f"{seed} * {grouped} / {by}"
        self.receive(group, state, loss.enters, text, True)

    def filled(self, group: Group, state: State, order: list[Any]) -> list[Any]:
        """Entries that make up a whole list are written as a list; returns the rest."""
        bases = dict.fromkeys(leaf.base for (leaf, _), _ in order if leaf.keys)
        for base in bases:
            mine = [c for c in order if c[0][0].base == base]
            if base in state or self.loops or not self.activity.fills(base, [c[0][0] for c in mine]):
                continue
            entries = [text for _, text in sorted((int(leaf.keys[0]), text) for (leaf, text), _ in mine)]
            made = f"[{', '.join(entries)}]"
            made = f"np.array({made})" if is_array(self.activity.value(base)) else made
            self.assign(group, state, self.name(base), made)
            state[base] = Cotangent(self.name(base), True)
            order = [c for c in order if c not in mine]
        return order

    def names_of(self, node: Node) -> Callable[[str], str]:
        counts: dict[str, int] = {}

        def fresh(stem: str) -> str:
            counts[stem] = counts.get(stem, 0) + 1
            return self.fresh_step(node, stem, counts[stem])

        return fresh

    def claim(self, leaf: Leaf, state: Mapping[str, Cotangent], seeds: Sequence[str]) -> str | None:
        """The leaf's own gradient name, if this is its first contribution."""
        name = self.name(leaf.base)
        if leaf.keys or leaf.base in state or any(s == name or s.startswith(f"{name}[") for s in seeds):
            return None
        return name


def reads_name(text: str, name: str) -> bool:
    """Is a name, or a path such as `self.dW`, read in a text: not `dW` in `dW2`?"""
    return re.search(rf"(?<![\w.]){re.escape(name)}(?!\w)", text) is not None
