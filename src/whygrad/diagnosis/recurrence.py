"""Judge a statement of a loop by the round that it stands in and the one after it, not by all of them.

What a loop carries from round to round shows its slip only in the next round. Where the true value of a
gradient is known there, a candidate is run with the rest of its round and the beginning of the next one.
"""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from whygrad.checking.evidence import Claim, Statement, Value
from whygrad.diagnosis.blocks import BlockBench, rest_of_block
from whygrad.diagnosis.drafts import Draft
from whygrad.diagnosis.scopes import Scope
from whygrad.diagnosis.suspects import Suspect

NEXT = "__whygrad_next"
"""What the variables of the loop are in the next round."""
LEAVES = ast.Return | ast.Break | ast.Continue | ast.Yield


@dataclass(frozen=True)
class Rest:
    """What runs after a statement of a round up to one that makes a gradient; maybe one of the next round."""

    text: str
    names: tuple[str, ...]
    """The loop's variables, where it goes into the next round."""

    @property
    def rounds(self) -> int:
        """How many rounds later it ends."""
        return 1 if self.names else 0


def rest_of_rounds(draft: Draft, suspect: Suspect, line: int) -> Rest | None:
    """The text from a suspect to the next statement on a line of the same loop; None where there is none."""
    loops = [n for n in ast.walk(draft.tree) if isinstance(n, ast.For) and suspect.node in n.body]
    if not loops or any(isinstance(n, LEAVES) for part in loops[0].body for n in ast.walk(part)):
        return None
    body, variables = loops[0].body, [n.id for n in ast.walk(loops[0].target) if isinstance(n, ast.Name)]
    place = body.index(suspect.node)
    end = next((k for k, n in enumerate(body) if n.lineno <= line <= (n.end_lineno or n.lineno)), -1)
    if end in (-1, place) or not isinstance(loops[0].target, ast.Name | ast.Tuple):
        return None
    if end > place:
        return Rest(_text(draft, body[place + 1 : end + 1]), ())
    begun = f"{', '.join(variables)}, = {NEXT}"
    parts = (_text(draft, body[place + 1 :]), begun, _text(draft, body[: end + 1]))
    return Rest("\n".join(filter(None, parts)), tuple(variables))


def _text(draft: Draft, body: Sequence[ast.stmt]) -> str:
    lines = draft.source.lines[body[0].lineno - 1 : body[-1].end_lineno] if body else []
    return textwrap.dedent("\n".join(lines))


def is_known_by_round(claim: Claim, statements: Sequence[Statement]) -> bool:
    """Is the true value of a gradient known in several rounds, so that no round need be guessed?"""
    found = (s.wanted[0] for s in statements if s.line == claim.line and s.wanted)
    return claim.role == "intermediate" and any(
        sum(claim.name in names for names in known) > 1 for known in found
    )


def bench_of_round(
    draft: Draft,
    suspect: Suspect,
    scope: Scope,
    claim: Claim,
    statements: Sequence[Statement],
    at: Sequence[int],
) -> BlockBench | None:
    """A bench of the first round, into which nothing wrong was carried; None where no truth is known."""
    if suspect.in_loop:
        rest = rest_of_rounds(draft, suspect, claim.line)
    else:  # of a function that every round calls
        block = rest_of_block(draft, suspect, claim.line)
        rest = None if block is None else Rest(block, ())
    here = (s for s in statements if s.line == claim.line and claim.name in s.names)
    statement = next(here, None)
    if rest is None or statement is None or claim.role != "intermediate":
        return None
    environments: list[Mapping[str, Value]] = []
    wants: list[Value] = []
    for p, kept in zip(at, scope.environments, strict=False):
        known = statement.wanted[p] if p < len(statement.wanted) else []
        want = known[rest.rounds].get(claim.name) if len(known) > rest.rounds else None
        if want is not None and len(kept) > rest.rounds:
            ahead = tuple(kept[rest.rounds].get(name) for name in rest.names)
            environments.append({**kept[0], NEXT: ahead})
            wants.append(want)
    return BlockBench(environments, wants, claim.name, rest.text, scope.shared) if wants else None
