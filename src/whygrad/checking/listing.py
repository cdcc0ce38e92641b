"""Lists for the evidence: statements with what they read, and named quantities with their fingerprints."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping, Sequence, Set
from typing import TYPE_CHECKING, Literal

from whygrad.checking.copying import duplicate
from whygrad.checking.evidence import Claim, Quantity, Statement, Value
from whygrad.checking.naming import is_gradient_name
from whygrad.checking.observing import Execution, Observation, is_data
from whygrad.checking.programs import Program
from whygrad.checking.values import has_float, is_numeric, vector
from whygrad.checking.variables import base_name, gradient_word
from whygrad.checking.watching import Watched
from whygrad.source import tree_of

if TYPE_CHECKING:
    from whygrad.checking.measured import Measured

Part = Literal["forward", "backward"]
MOST = 300
"""Quantities of one kind that are listed."""


def copied(value: Value) -> Value:
    """A deep copy; the value itself where it cannot be copied."""
    try:
        return duplicate(value)
    except Exception:
        return value


def function_of(program: Program, name: str) -> str:
    """The function that computes a final gradient; "" for module level."""
    return next((item.function for item in program.returned if item.name == name), "")


def local_name(program: Program, name: str) -> str:
    """The variable that holds a final gradient in its scope: `dW` of `grads["W"]` stays as written."""
    return next((item.local for item in program.returned if item.name == name and item.local), name)


def last_execution(program: Program, observation: Observation, name: str) -> Execution | None:
    """The last execution, in the user's own text, that bound or changed a final gradient."""
    scope, name = function_of(program, name), local_name(program, name).replace("'", '"')
    found = None
    for execution in observation.executions:
        statement = observation.statements[execution.index]
        if statement.function != scope or statement.span.line > program.last_line:
            continue
        targets = [target.replace("'", '"') for target in statement.targets]
        if base_name(name) == "self":
            touches = any(t == name or t.startswith(f"{name}[") for t in targets)
        else:
            # `grads["b"] = ...` changes `grads`, but not its entry `grads["W"]`.
            apart = "[" in name and bool(targets) and all(_is_apart(t, name) for t in targets)
            touches = name in targets or (base_name(name) in statement.names and not apart)
        if (
            touches
            and (statement.kind != "call" or _changed(execution, base_name(name)))
            and (found is None or execution.sequence > found.sequence)
        ):
            found = execution
    return found


def _is_apart(target: str, name: str) -> bool:
    """Is a target another entry, by a key that is written out, than a name is?"""
    return re.match(r'\w+\[".*?"\]', target) is not None and not (
        target.startswith(name) or name.startswith(target)
    )


def _changed(execution: Execution, name: str) -> bool:
    before, after = vector(execution.environment.get(name)), vector(execution.results.get(name))
    return (
        before is not None
        and after is not None
        and (before.shape != after.shape or bool((before != after).any()))
    )


def last_assignment(program: Program, observation: Observation, name: str) -> Watched | None:
    """The statement of `last_execution`; of a returned expression the return statement."""
    execution = last_execution(program, observation, name)
    if execution is not None:
        return observation.statements[execution.index]
    scope = function_of(program, name)
    returns = [s for s in observation.statements if s.function == scope and s.kind == "return"]
    return returns[-1] if returns else None


def statements(
    program: Program,
    observations: Sequence[Observation],
    corrected: Sequence[Observation | None],
    wanted: Sequence[Mapping[tuple[int, int, str], Value]],
    claims: Sequence[Claim],
) -> list[Statement]:
    """Every executed statement of the user's text, with its executions at all points."""
    first = observations[0]
    limit_part = _parts(program, first)
    out = []
    for watched in first.statements:
        if watched.span.line > program.last_line or not first.counts.get(watched.index):
            continue
        names = {t.replace("'", '"') for t in (*watched.targets, *watched.names)}
        statement = Statement(
            watched.index,
            watched.span,
            watched.text,
            limit_part[watched.index],
            watched.function,
            watched.targets,
            watched.names,
            watched.reads,
            loops=watched.loops,
            instances=first.counts[watched.index],
            claims=tuple(c.name for c in claims if c.name in names or base_name(c.name) in watched.names),
        )
        for k, observation in enumerate(observations):
            runs = observation.of(watched.index)
            statement.environments.append([e.environment for e in runs])
            statement.results.append([e.results for e in runs])
            statement.wanted.append(
                [
                    {n: v for n in names if (v := wanted[k].get((e.index, e.instance, n))) is not None}
                    for e in runs
                ]
            )
            mended = corrected[k]
            true = runs if mended is None else mended.of(watched.index)
            statement.corrected.append([e.environment for e in (true if len(true) == len(runs) else runs)])
        statement.kept = len(statement.environments[0])
        statement.globals = {
            n: v for n, v in first.namespace.items() if not is_data(v) or n == "__builtins__"
        }
        out.append(statement)
    return out


def _parts(program: Program, observation: Observation) -> dict[int, Part]:
    """Part of each statement: forward if any of its executions belongs to the forward part."""
    limit = forward_limit(program, observation)
    parts: dict[int, Part] = {s.index: "backward" for s in observation.statements}
    for execution in observation.executions:
        if execution.sequence <= limit:
            parts[execution.index] = "forward"
    return parts


def forward_limit(program: Program, observation: Observation) -> int:
    """Position of the last execution of the forward part.

    Of a single function, where it last assigns what it returns first, or what that is made of.
    """
    names = {output for output, _ in program.objective} | program.output_parts
    last, own = 0, 0
    for execution in observation.executions:
        statement = observation.statements[execution.index]
        if names & set(statement.names):
            if not statement.function:
                last = max(last, execution.sequence)
            elif statement.function == program.forward_function:
                own = max(own, execution.sequence)
    return own if program.form == "single" and own else last


def quantities(measured: Sequence[Measured]) -> list[Quantity]:
    """Named variables and true cotangents, per execution, with their values at all points."""
    found: dict[tuple[int, int, str], list[Value]] = {}
    first = measured[0]
    for k, m in enumerate(measured):
        for execution in m.observation.executions:
            for name, value in execution.results.items():
                if is_numeric(value) and has_float(value):
                    values = found.setdefault(
                        (execution.index, execution.instance, name), [None] * len(measured)
                    )
                    values[k] = value
    out = []
    for (index, instance, name), values in list(found.items())[:MOST]:
        line = first.observation.statements[index].span.line
        out.append(Quantity(name, "variable", tuple(values), line, instance=instance))
    return out + _cotangents(measured)


def _cotangents(measured: Sequence[Measured]) -> list[Quantity]:
    found: dict[tuple[int, int, str], list[Value]] = {}
    lines: dict[tuple[int, int, str], int] = {}
    for k, m in enumerate(measured):
        for value in m.forward_values:
            key = (*value.key, value.name)
            found.setdefault(key, [None] * len(measured))[k] = value.cotangent
            lines[key] = value.line
    return [
        Quantity(
            f"gradient of {name}", "cotangent", tuple(values), lines[index, instance, name], name, instance
        )
        for (index, instance, name), values in list(found.items())[:MOST]
    ]


def unused(program: Program, observation: Observation, claims: Sequence[Claim]) -> list[str]:
    """Gradient-like variables that nothing reads and that are no claim."""
    tree = tree_of(program.text)
    read = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    known = {n for s in observation.statements for n in s.names}
    claimed = {base_name(c.name) for c in claims if c.role == "final"}
    names = [n for s in observation.statements if s.span.line <= program.last_line for n in s.names]
    return [
        n
        for n in dict.fromkeys(names)
        if n not in read | claimed and is_gradient_name(gradient_word(n), known)
    ]


def backward_line(listed: Sequence[Statement], scope: str = "") -> int:
    """First line of the backward part: of a claim, or of what is computed for one after the forward part.

    Of the lines of a scope, where it makes claims: functions that a script calls may stand above all of it.
    """
    claimed = [s for s in listed if s.part == "backward" and s.claims]
    claimed = [s for s in claimed if s.function == scope] or claimed
    lines = [s.line for s in claimed]
    needed = {name for s in claimed for name in s.reads}
    behind = [s for s in listed if s.part == "backward" and s.function in {c.function for c in claimed}]
    for statement in sorted(behind, key=lambda s: -s.line):
        # Objects go by several names: `parent.grad += ...` may be what `x.grad` holds.
        slots = {t.rpartition(".")[1:] for t in statement.targets if "." in t and "[" not in t}
        held = any("".join(slot) in s.text for slot in slots for s in claimed if s is not statement)
        if needed & set(statement.names) or held:
            needed |= set(statement.reads)
            lines.append(statement.line)
    if not lines and scope:  # gradients without names: `return -ll, -score`
        lines = [s.line for s in listed if s.part == "backward" and s.function == scope]
    return min(lines, default=0)


def interleaved(listed: Sequence[Statement], outputs: Set[str], claimed: Set[str]) -> frozenset[int]:
    """Lines of a gradient that is filled while the forward pass goes on, as in a loop over examples.

    They run before the output is complete, make nothing that it needs, and what they make is claimed, or is
    added up in what a claim is read from behind the loop: `dW = grads["W"]`.
    """
    early = [s for s in listed if s.part == "forward"]
    needed, behind, lines = set(outputs), set(claimed), set[int]()
    before = -1
    while before < len(needed):
        before = len(needed)
        for statement in early:
            if needed & _bases(statement.names):
                needed |= _bases(statement.reads)
    behind |= _filled(early) & _read_for(listed, claimed) - needed
    before = -1
    while before < len(lines):
        before = len(lines)
        for statement in early:
            if behind & _bases(statement.names) and not needed & _bases(statement.names):
                behind |= _bases(statement.reads) - needed
                lines.add(statement.line)
    return frozenset(lines)


def _bases(names: Iterable[str]) -> set[str]:
    """Names without the places in them: `grads` of `grads["W1"]`."""
    return {name.partition("[")[0] for name in names}


def _filled(early: Sequence[Statement]) -> set[str]:
    """What statements of a loop add to, place by place or all at once."""
    again = [
        s for s in early if any("[" in name for name in s.targets) or _bases(s.targets) & _bases(s.reads)
    ]
    return {name for statement in again for name in _bases(statement.targets)}


def _read_for(listed: Sequence[Statement], claimed: Set[str]) -> set[str]:
    """What the statements behind the forward pass read that lead to claims."""
    late, found = [s for s in listed if s.part == "backward"], set(claimed)
    before = -1
    while before < len(found):
        before = len(found)
        for statement in late:
            if found & _bases(statement.names):
                found |= _bases(statement.reads)
    return found


def unreached(program: Program, observations: Sequence[Observation]) -> list[str]:
    """A note on lines of the backward function that make gradients, and that no run came to.

    Inputs that were found take one way through it: labels, where one-hot targets would take another.
    """
    if program.form == "script" or not observations:
        return []
    known = {name for s in observations[0].statements for name in s.names}
    lines = {
        s.span.line
        for s in observations[0].statements
        if s.function == program.backward_function
        and s.span.line <= program.last_line
        and any(is_gradient_name(gradient_word(name), known) for name in s.targets)
        and not any(o.counts.get(s.index) for o in observations)
    }
    if not lines:
        return []
    shown = ", ".join(map(str, sorted(lines)))
    which, are = ("line", "was") if len(lines) == 1 else ("lines", "were")
    return [
        f"{which} {shown} of `{program.backward_function}` {are} not reached with these inputs: not judged"
    ]


def unjudged(names: Sequence[str], claims: Sequence[Claim]) -> list[str]:
    """Notes on what looks like a gradient and was compared with nothing."""
    judged = {claim.name for claim in claims if claim.of and claim.verdict in ("right", "wrong", "inherited")}
    return [
        f"`{name}` was compared with nothing, for no variable has its name; if it is a gradient: "
        f"--gradient {name}=VARIABLE"
        for name in names
        if name not in judged
    ]
