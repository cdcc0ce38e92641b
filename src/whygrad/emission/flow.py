"""Loops and branches backwards: what they need at their start, and that both ends agree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from whygrad.emission.cotangents import (
    BranchBack,
    Cotangent,
    Group,
    Ledger,
    LoopBack,
    State,
    lines_in,
    list_copies,
)
from whygrad.emission.leaves import is_number, is_numeric
from whygrad.emission.tree import Branch, Break, Loop, Node, own, raises


class Flow(Ledger):
    """Reverses loops and branches; `block` reverses what is in them."""

    def block(self, nodes: Sequence[Node], state: State) -> list[Any]:
        """The reverse of a block. `state` is changed to what holds before it."""
        raise NotImplementedError

    def loop(self, node: Loop, state: State) -> list[Any]:
        """Reverse the body until what it needs at its start is what it leaves at its end."""
        self.refuse_deep(node)
        self.leave_out(node, state)
        forget_sums(state)
        entry, before = dict(state), Group(None)
        self.loops.append(node)
        try:
            for _ in range(12):
                inner = dict(entry)
                body = self.block(node.body, inner)
                if self.steady(node, entry, inner, before, body):
                    break
        finally:
            self.loops.pop()
        if not any(lines_in(part) for part in body):
            return []
        state.clear()
        state.update(inner)
        forget_sums(state)
        before.lines = list(dict.fromkeys(before.lines))
        return [*([before] if before.lines else []), LoopBack(node, body)]

    def refuse_deep(self, node: Loop) -> None:
        """EmissionError for a pass that may end within a branch which something follows."""

        def visit(block: Sequence[Node]) -> None:
            for n in block:
                if isinstance(n, Branch) and not n.ends:
                    if n is not block[-1] and any(isinstance(b, Break) for b in own([n])):
                        raise self.activity.refuse(
                            node, "a loop with `break` or `continue` deep within",
                            "break in an `if` of the loop itself",
                        )  # fmt: skip
                    visit(n.body)
                    visit(n.orelse)

        visit(node.body)

    def leave_out(self, node: Loop, state: State) -> None:
        """Keep nothing of a last pass that counts for nothing: what follows its `break` is the whole pass."""
        for guard in node.body:  # which grows
            last = guard.body[-1] if isinstance(guard, Branch) and guard.leaves else None
            if not isinstance(guard, Branch) or not isinstance(last, Break) or not last.stops:
                continue
            place = node.body.index(guard)
            partial = self.block([*node.body[:place], *guard.body], dict(state))
            counts = any(lines_in(part) for part in partial)
            if guard.ends and counts:  # what arrives here has grown, as in a loop around this one
                guard.ends, guard.orelse = False, node.body[place + 1 :]
                del node.body[place + 1 :]
            elif not counts and guard is node.body[-1]:
                guard.ends = True
                node.body += guard.orelse
                guard.orelse = []

    def steady(self, node: Loop, entry: State, inner: State, before: Group, body: list[Any]) -> bool:
        """Is the state the same at both ends? If not, mend `entry`, or the end of the body."""
        changed = False
        for base, held in inner.items():
            if base not in entry:
                if not self.activity.lives_before(base, node):
                    continue
                before.lines.append(f"{self.name(base)} = {self.start(base, entry)}")
                entry[base] = Cotangent(self.name(base), True)
                changed = True
            elif (
                entry[base].text != self.name(base)
                or (entry[base].own and not held.own)
                or (held.own and self.copies_first(base, body))
            ):
                changed |= entry[base] != held and self.mend(entry, base, before, held)
        if changed:
            return False
        ending = Group(None)
        for base, held in entry.items():
            now = inner.get(base)
            if now is None:
                ending.lines.append(f"{self.name(base)} = {self.zero(base)}")
                if held.text != self.name(base):
                    before.lines.append(f"{self.name(base)} = {held.text}")
                    entry[base] = Cotangent(self.name(base), True)
                    return False
                inner[base] = Cotangent(self.name(base), True)
            elif now.text != held.text:
                ending.lines.append(f"{held.text} = {now.text}")
                inner[base] = Cotangent(held.text, False)
        if ending.lines:
            body.append(ending)
        for base in [b for b in inner if b not in entry]:
            del inner[base]
        return True

    def copies_first(self, base: str, body: list[Any]) -> bool:
        """Does a step copy a cotangent before it changes it? Once before the loop is enough."""
        name = self.name(base)
        lines = {f"{name} = {name}.copy()", *(f"{name} = {text}" for text in list_copies(name))}
        return any(isinstance(part, Group) and lines & set(part.lines) for part in body)

    def mend(self, entry: State, base: str, before: Group, held: Cotangent) -> bool:
        """Give a cotangent its own variable before the loop."""
        name, now = self.name(base), entry[base]
        if now.text == name and not (held.own and not now.own):
            return False
        apart = held.own and not now.own and not is_number(self.activity.value(base))
        text = self.copy_of(base, now.text) if apart else now.text
        if now.text != name or text != name:
            before.lines.append(f"{name} = {text}")
        new = Cotangent(name, text != now.text or (now.own and held.own))
        if new == now:
            return False
        entry[base] = new
        return True

    def branch(self, node: Branch, state: State) -> list[Any]:
        """Reverse both arms from the same state, and make them end in the same."""
        if node.ends:
            return []
        if raises(node.body) or raises(node.orelse):  # nothing goes on from there
            return self.block(node.orelse if raises(node.body) else node.body, state)
        before = Group(None)
        for _ in range(12):
            states = [dict(state), dict(state)]
            arms = [self.block(arm, s) for arm, s in zip((node.body, node.orelse), states, strict=True)]
            if self.agreed(node, state, states, arms, before):
                break
        if not any(lines_in(part) for arm in arms for part in arm):
            state.clear()
            state.update(states[0])
            return [before] if before.lines else []
        state.clear()
        state.update(states[0])
        forget_sums(state)
        back = BranchBack(node, arms[0], arms[1])
        return [before, back] if before.lines else [back]

    def agreed(self, node: Branch, state: State, states: list[State], arms: list[Any], before: Group) -> bool:
        """Do both arms leave the same state? If not, mend the state before them, or their ends."""
        for base in dict.fromkeys([*states[0], *states[1]]):
            found = [s.get(base) for s in states]
            if found[0] == found[1]:
                continue
            name = self.name(base)
            if base in state and not state[base].own and any(self.copies_first(base, arm) for arm in arms):
                self.own(before, state, base)  # before the branch, so that a loop around it copies once
                return False
            if None in found:
                if not self.activity.lives_before(base, node):
                    for s in states:
                        s.pop(base, None)
                    continue
                lacking = found.index(None)
                if base.endswith('"]') and not is_numeric(self.activity.value(base)):
                    held = found[1 - lacking]
                    assert held is not None
                    states[lacking][base] = held
                    continue
                if base in state or node.orelse:  # consumed in this arm, or not reached
                    ending = Group(None)
                    self.end_as(ending, states[1 - lacking], base, arms[1 - lacking])
                    arms[lacking].append(Group(None, [f"{name} = {self.zero(base)}"]))
                    states[lacking][base] = states[1 - lacking][base]
                    continue
                self.end_as(Group(None), states[1 - lacking], base, arms[1 - lacking])
                before.lines.append(f"{name} = {self.zero(base)}")
                self.made.add(name)
                states[lacking][base] = states[1 - lacking][base] = Cotangent(
                    name, states[1 - lacking][base].own
                )
                continue
            for s, arm in zip(states, arms, strict=True):
                self.end_as(Group(None), s, base, arm)
            own = all(s[base].own for s in states)
            for s in states:
                s[base] = Cotangent(name, own)
        return True

    def end_as(self, ending: Group, state: State, base: str, arm: list[Any]) -> None:
        """Give a cotangent its own variable at the end of an arm."""
        name = self.name(base)
        if state[base].text != name:
            ending.lines.append(f"{name} = {state[base].text}")
            arm.append(ending)
            state[base] = Cotangent(name, False)


def forget_sums(state: State) -> None:
    """What adds up to zero on one way may not do so on another."""
    for base, held in state.items():
        state[base] = Cotangent(held.text, held.own)
