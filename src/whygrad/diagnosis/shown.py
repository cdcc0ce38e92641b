"""Values at the given point that sentences about a finding quote."""

from __future__ import annotations

from typing import Any

from whygrad.checking.evidence import Evidence, Failure
from whygrad.checking.programs import GIVEN
from whygrad.checking.values import is_numeric
from whygrad.diagnosis.forward import ForwardFix
from whygrad.diagnosis.scopes import scope_of
from whygrad.diagnosis.search import numeric_leaves
from whygrad.diagnosis.wording import entries
from whygrad.diagnosis.workbench import Fix


def given_values(evidence: Evidence, fix: Fix) -> dict[str, Any]:
    """Values at the given point, with the entries of short lists, for sentences about the user's numbers."""
    program = evidence.program.with_text(fix.before.text)
    scope = scope_of(program, fix.suspect.node, [GIVEN])
    values = dict(scope.quantities())
    values.update(dict(numeric_leaves(values)))
    return values


def forward_values(evidence: Evidence, fix: ForwardFix, variable: str) -> dict[str, Any]:
    """What a forward line computes as typed and with the edit, at the given inputs."""
    values = []
    for draft in (fix.before, fix.draft):
        namespace = evidence.program.run(GIVEN, draft.text)
        if isinstance(namespace, Failure) or not is_numeric(namespace.get(variable)):
            return {"explains": list(fix.explained)}
        values.append(namespace[variable])
    return {"entries": entries(*values), "explains": list(fix.explained)}
