"""What a check says: edits, repairs, findings, and the result as JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from whygrad.checking.values import is_number
from whygrad.errors import WhygradError
from whygrad.rendering.findings import report_of
from whygrad.rendering.markup import render_markup
from whygrad.rendering.repairs import edits_of
from whygrad.rendering.text import render_text
from whygrad.source import edited

Where = Literal["script", "forward", "backward"]
Certainty = Literal["verified", "likely", "evidence-only"]


@dataclass(frozen=True)
class Edit:
    """A whole line of the user's file: as it stands, and what replaces it (may hold several lines)."""

    line: int
    before: str
    after: str


@dataclass(frozen=True)
class Repair:
    """Edits that belong together, and at how many points running them gave true gradients."""

    edits: tuple[Edit, ...]
    verified_points: int = 0

    def to_json(self) -> dict[str, Any]:
        edits = [{"line": e.line, "before": e.before, "after": e.after} for e in self.edits]
        return {"edits": edits, "verified_points": self.verified_points}

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Repair:
        return cls(tuple(Edit(**edit) for edit in said["edits"]), said["verified_points"])


@dataclass(frozen=True)
class Alternative:
    """A rival that explains the numbers as well."""

    why: str
    repair: Repair

    def to_json(self) -> dict[str, Any]:
        return {"why": self.why, "repair": self.repair.to_json()}


@dataclass(frozen=True)
class Finding:
    """One instance of a cause: where, why, and the repair that was run."""

    code: str
    cause: str
    title: str
    why: str
    where: Where
    variable: str
    of: str
    line: int
    column: int
    end_line: int
    end_column: int
    right_parts: tuple[str, ...] = ()
    certainty: Certainty = "verified"
    repair: Repair | None = None
    alternatives: tuple[Alternative, ...] = ()
    evidence: Mapping[str, Any] = field(default_factory=dict)
    unit: str = ""
    """In a file of many units: the one that it is about."""

    def with_repair(self, repair: Repair | None) -> Finding:
        return replace(self, repair=repair)

    def to_json(self) -> dict[str, Any]:
        """The finding as `check --format json` prints it."""
        return {
            "code": self.code, "cause": self.cause, "title": self.title, "why": self.why,
            "where": self.where, "variable": self.variable, "of": self.of,
            "line": self.line, "column": self.column,
            "end_line": self.end_line, "end_column": self.end_column,
            "right_parts": list(self.right_parts), "certainty": self.certainty,
            "repair": self.repair.to_json() if self.repair else None,
            "alternatives": [rival.to_json() for rival in self.alternatives],
            "evidence": plain(self.evidence),
            **({"unit": self.unit} if self.unit else {}),
        }  # fmt: skip

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Finding:
        rivals = (Alternative(a["why"], Repair.from_json(a["repair"])) for a in said["alternatives"])
        repair = Repair.from_json(said["repair"]) if said["repair"] else None
        parts = tuple(said["right_parts"])
        return cls(**{**said, "repair": repair, "right_parts": parts, "alternatives": tuple(rivals)})


@dataclass(frozen=True)
class Variable:
    """The verdict on one gradient variable."""

    name: str
    of: str
    line: int
    verdict: str
    right_at_given_inputs: bool
    reason: str = ""
    unit: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name, "of": self.of, "line": self.line, "verdict": self.verdict,
            "right_at_given_inputs": self.right_at_given_inputs, "reason": self.reason,
            **({"unit": self.unit} if self.unit else {}),
        }  # fmt: skip


@dataclass(frozen=True)
class CheckResult:
    """All that a check has to say about one file."""

    file: str
    status: Literal["right", "wrong", "undecided", "error"]
    output: str = ""
    variables: tuple[Variable, ...] = ()
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    error: Mapping[str, Any] | None = None
    source: str = field(default="", repr=False, compare=False)
    """The text that was checked."""
    assumed: Mapping[str, str] = field(default_factory=dict)
    """Example inputs that were found, as `--input` takes them."""
    functions: tuple[str, ...] = ()
    """The functions or methods that were checked; none for a script."""
    units: tuple[Mapping[str, Any], ...] = ()
    """Of a file with many pairs, classes or losses: each by itself, as in the JSON object."""

    def __str__(self) -> str:
        return self.text()

    def text(self, width: int | None = None, color: bool | None = None, unicode: bool | None = None) -> str:
        """All that there is to say; the arguments are those of `render_text`."""
        return render_text(report_of(self.to_json(), self.source, again="check again"), width, color, unicode)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        report = report_of(self.to_json(), self.source, again="check again")
        return {
            "text/plain": render_text(report, color=False, unicode=True),
            "text/html": render_markup(report),
        }

    @property
    def verdicts(self) -> dict[str, str]:
        """Gradient variable -> right, wrong, inherited or undecided; with its unit, where there are many."""
        return {(f"{v.unit}: " if v.unit else "") + v.name: v.verdict for v in self.variables}

    def apply(self, verified_only: bool = True) -> str:
        """The text that was checked with the edits of all findings made; what is not repaired stays.

        With `verified_only` false also edits that are likely, but were not run and found right.
        """
        return edited(self.source, edits_of(self.to_json(), verified_only))

    def to_json(self) -> dict[str, Any]:
        """The result as `check --format json` prints it."""
        return {
            "version": 1,
            "file": self.file,
            "status": self.status,
            "output": self.output,
            "variables": [v.to_json() for v in self.variables],
            "findings": [f.to_json() for f in self.findings],
            "notes": list(self.notes),
            "error": None if self.error is None else dict(self.error),
            "assumed": dict(self.assumed),
            "functions": list(self.functions),
            **({"units": [dict(unit) for unit in self.units]} if self.units else {}),
        }

    @classmethod
    def from_json(cls, said: Mapping[str, Any], source: str = "") -> CheckResult:
        """The result that `to_json` described, of this text."""
        variables = tuple(Variable(**variable) for variable in said["variables"])
        findings = tuple(Finding.from_json(finding) for finding in said["findings"])
        rest = {name: said[name] for name in ("file", "status", "output", "error")}
        rest |= {"assumed": said.get("assumed") or {}, "functions": tuple(said.get("functions", ()))}
        rest["units"] = tuple(said.get("units", ()))
        return cls(**rest, variables=variables, findings=findings, notes=tuple(said["notes"]), source=source)


def plain(value: Any) -> Any:
    """A value as JSON can hold it: NumPy becomes lists, what is not finite becomes text."""
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, bool) or value is None or isinstance(value, str | int):
        return value
    if is_number(value):
        return float(value) if math.isfinite(value) else str(value)
    return repr(value)


def facts_of(error: WhygradError) -> dict[str, Any]:
    """An error as the JSON result has it."""
    line = error.place.line if error.place else 0
    return {**error.facts(), "line": line}
