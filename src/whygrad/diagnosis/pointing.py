"""Which line to show of a wrong gradient for which no edit was found: not the last one, but the likeliest."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from whygrad.checking.evidence import Claim, Evidence
from whygrad.diagnosis.suspects import Suspect, backward_slice, copies, read_off, takes_size


def pointed(evidence: Evidence, tree: ast.Module, claims: Sequence[Claim], rule: int = 0) -> list[Claim]:
    """Unexplained claims with the lines to show them at: that of an engine's `rule`, where one is wrong.

    What several of them are made from, and nothing right is, is likelier wrong than each of them: they are
    shown as one.
    """
    if rule:
        return [replace(claim, line=rule) for claim in claims]
    finals = [claim for claim in claims if claim.role == "final"]
    line = _shared(evidence, tree, finals) if len(finals) > 1 else 0
    if line:
        rest = [claim for claim in claims if claim not in finals]
        return [*rest, replace(finals[0], line=line)]
    return [replace(claim, line=_main(evidence, tree, claim)) for claim in claims]


def _shared(evidence: Evidence, tree: ast.Module, claims: Sequence[Claim]) -> int:
    """The last line that all of several claims are made from, and nothing that is right."""
    right = [c for c in evidence.finals if c.verdict == "right"]
    slices = [{_place(s): s for s in backward_slice(evidence, tree, claim)} for claim in claims]
    sound = {_place(s) for claim in right for s in backward_slice(evidence, tree, claim)}
    common = set(slices[0]).intersection(*slices[1:]) - sound
    own = {place for found in slices for place, s in found.items() if s.own}
    # Where a claim's own line is among them, it is what leads to the others.
    chosen = [slices[0][place] for place in common - own if _may_be_wrong(slices[0][place])]
    return max((s.line for s in chosen), default=0)


def _main(evidence: Evidence, tree: ast.Module, claim: Claim) -> int:
    """Of the lines that make a gradient the one that says most; those behind it often only divide."""
    made = backward_slice(evidence, tree, claim)
    own = [s for s in made if s.own and not isinstance(s.node, ast.Return) and _may_be_wrong(s)]
    # What an object holds is made elsewhere.
    if not own or any(read_off(getattr(s.node, "value", None)) for s in own):
        return claim.line or _operation(evidence, tree, claim)
    here = [s for s in own if s.function == own[0].function]
    return max(here, key=lambda s: (sum(1 for _ in ast.walk(s.node)), -s.line)).line


def _operation(evidence: Evidence, tree: ast.Module, claim: Claim) -> int:
    """The method that an exercise of an engine calls where a gradient of its leaves is wrong; 0: unknown."""
    exercise = re.search(rf"^__whygrad_node{claim.name[len(claim.name.rstrip('0123456789')):]} = (.+)$",
                         evidence.program.driver, re.MULTILINE)  # fmt: skip
    if not evidence.program.engine or exercise is None:
        return 0
    nodes = [*ast.walk(ast.parse(exercise[1]))]
    called = [n.func.attr for n in nodes if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)]
    called += [OPERATIONS[type(n.op)] for n in nodes if isinstance(n, ast.BinOp) and type(n.op) in OPERATIONS]
    owners = [n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == evidence.program.engine]
    methods = {m.name: m.lineno for n in owners for m in n.body if isinstance(m, ast.FunctionDef)}
    return next((methods[name] for name in called if name in methods), 0)


def _may_be_wrong(suspect: Suspect) -> bool:
    """Does a statement compute anything, and does nothing say that it is right?"""
    value = getattr(suspect.node, "value", None)
    starts = isinstance(value, ast.Call) and ast.unparse(value.func).rpartition(".")[2] in _STARTS
    return not (suspect.innocent or starts or copies(suspect.node) or takes_size(suspect.node)
                or isinstance(value, ast.Constant | ast.List | ast.Dict))  # fmt: skip


OPERATIONS: Mapping[type[ast.operator], str] = {
    ast.Add: "__add__", ast.Sub: "__sub__", ast.Mult: "__mul__", ast.Div: "__truediv__", ast.Pow: "__pow__",
}  # fmt: skip
_STARTS = ("zeros", "zeros_like", "empty", "empty_like", "ones", "ones_like", "copy", "array")


def _place(suspect: Suspect) -> tuple[int, int]:
    return suspect.node.lineno, suspect.node.col_offset
