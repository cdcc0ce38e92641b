"""The course of a check: measure, repair the first fault, measure again, until everything is right or
nothing helps.

A script that raises is got past first; then the forward pass is suspected, then every wrong backward
statement.
What was edited on the way becomes the findings.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from whygrad.checking.evidence import Claim, Evidence, Hints
from whygrad.checking.forms import pinned
from whygrad.checking.lines import told
from whygrad.checking.measurement import measure
from whygrad.checking.plain import steady
from whygrad.checking.programs import Program
from whygrad.checking.refusals import refuse_misfit
from whygrad.diagnosis.approximations import leave_open
from whygrad.diagnosis.drafts import Draft
from whygrad.diagnosis.exceptions import ExceptionFix, get_past, refuse_inputs
from whygrad.diagnosis.findings import CheckResult, Finding, Variable
from whygrad.diagnosis.forward import PLAIN, ForwardFix, ForwardSearch, prefers
from whygrad.diagnosis.intention import as_meant
from whygrad.diagnosis.pointing import pointed
from whygrad.diagnosis.remarks import import_line, missing_import, not_as_meant, unsolved
from whygrad.diagnosis.repairs import Repairer
from whygrad.diagnosis.shown import forward_values, given_values
from whygrad.diagnosis.suspects import targets
from whygrad.diagnosis.trials import Trials
from whygrad.diagnosis.wording import Rival, Step, findings_of
from whygrad.diagnosis.workbench import Fix
from whygrad.errors import NoGradientError, ScriptError, WhygradError
from whygrad.source import Source

MOST_ROUNDS = 8
SECONDS = 4.0
"""Processor time for searching after one measurement, so that a busy machine finds what an idle one finds."""
MOST_SECONDS = 8.0
"""Processor time after which no search is begun."""
FORWARD_SECONDS = ALTERNATIVE_SECONDS = 0.5
OMITTED_SECONDS = 1.5
AS_LIKELY = 0.25
"""Edits whose costs differ by no more than this are told apart by what they lead to."""


@dataclass(eq=False)
class Check:
    """One check under way."""

    source: Source
    hints: Hints
    tell: Callable[[CheckResult], None] = lambda _: None
    """Told what the first measurement says, before repairs are searched for."""
    draft: Draft = field(init=False)
    steps: list[Step] = field(default_factory=list)
    unsolved: list[tuple[Claim, Evidence]] = field(default_factory=list)
    first: Evidence | None = None
    """The first evidence that has claims."""
    at_first: Draft | None = None
    """The text that it is of."""
    last: Evidence | None = None
    refusal: NoGradientError | None = None
    deadline: float = 0.0
    wrong_before: int = 0
    seen: set[str] = field(default_factory=set)
    """Texts that are not tried again."""
    chosen: list[str] = field(default_factory=list)
    """Texts that were chosen among several that get past an exception."""
    forward_allowed: bool = True
    started: float = field(default_factory=time.process_time)

    def __post_init__(self) -> None:
        self.draft = Draft.of(self.source)
        self.seen.add(self.draft.text)

    def run(self) -> CheckResult:
        """Rounds of measuring and repairing."""
        for _ in range(MOST_ROUNDS):
            try:
                evidence = self.measured()
            except NoGradientError:
                if not self.last or self.last.failure is None:
                    raise
                # The edit that got past the exception removed what was to be checked: it was none.
                self.draft = self.steps.pop().before
                return self.failed(self.last)
            self.last = evidence
            if evidence.failure is not None:
                if not self.past_exception(evidence):
                    return self.failed(evidence)
                continue
            if self.first is None:
                self.first, self.at_first = evidence, self.draft
                wrong = [c for c in evidence.finals if c.verdict == "wrong"] or [
                    c for c in evidence.claims if c.verdict == "wrong"]  # fmt: skip
                shown = [unsolved(c, evidence) for c in pointed(evidence, self.draft.tree, wrong)]
                self.tell(replace(self.result(searched=False), findings=tuple(shown)))
            if not self.progressed(evidence):
                continue
            if evidence.forward_differs and self.as_formula(evidence):
                continue
            if evidence.verdict != "wrong" or not self.repaired(evidence):
                break
        return self.result()

    def solved(self) -> bool:
        """Is everything right after the edits?"""
        return not self.unsolved and self.last is not None and self.last.verdict == "right"

    def as_formula(self, evidence: Evidence) -> bool:
        """Repair a forward pass that is not the formula that was given."""
        with steady():
            found = as_meant(evidence, self.draft)
        if not found:
            return False
        self.apply_forward(found[0], evidence, [])
        self.forward_allowed = False
        return True

    def progressed(self, evidence: Evidence) -> bool:
        """Did an edit of the forward pass help? One that did not is taken back, and no other is tried."""
        count = sum(c.verdict not in ("right", "undecided") for c in evidence.claims)
        if (
            self.forward_allowed
            and self.steps
            and self.steps[-1].where == "forward"
            and count >= self.wrong_before
        ):
            self.draft, self.steps = self.steps[-1].before, self.steps[:-1]
            self.forward_allowed = False
            return False
        self.wrong_before = count
        return True

    def measured(self) -> Evidence:
        """The evidence of the present text. Searching gets its time anew after each measurement."""
        evidence = measure(self.draft.source, self.hints)
        self.refusal = self.refusal or evidence.refusal
        self.hints = pinned(self.hints, evidence.program)  # edited texts are compared at the same inputs
        self.deadline = min(time.process_time() + SECONDS, self.started + MOST_SECONDS)
        return evidence

    def within(self, seconds: float) -> float:
        """So many seconds of the processor, or what is left of those of the whole check."""
        return min(seconds, self.started + MOST_SECONDS - time.process_time())

    def past_exception(self, evidence: Evidence) -> bool:
        """Apply the likeliest edit that gets past an exception."""
        failure = evidence.failure
        assert failure is not None
        refuse_inputs(failure, self.hints)
        program = (
            evidence.program if evidence.program.driver else Program(self.draft.source, hints=self.hints)
        )
        found = get_past(program, self.draft, failure)
        if not found:
            return False
        # An edit that leads back to a text that was tried goes round in circles.
        found = [fix for fix in found if fix.draft.text not in self.seen]
        if not found or len(self.steps) > MOST_ROUNDS - 3:
            return False
        best = self.best_past(found)
        self.seen.add(best.draft.text)
        self.chosen += [best.draft.text] if len(found) > 1 else []
        said = f"{failure.kind}: {failure.message}"
        rivals = tuple(
            Rival("this gets past the exception as well", fix.draft)
            for fix in found
            if fix is not best and fix.complete and fix.solution.slips[0].kind == best.solution.slips[0].kind
        )[:2]
        variable = next(iter(sorted(targets(best.suspect.node))), "")
        node = best.suspect.node
        step = Step(
            "script", best.before, best.draft, node.lineno, node.col_offset + 1, best.text, best.solution,
            variable, variable, exception=said, rivals=rivals,
        )  # fmt: skip
        self.add(step, best.draft)
        return True

    def best_past(self, found: list[ExceptionFix]) -> ExceptionFix:
        """Of several edits that get past, the one after which the fewest gradients are wrong."""
        first = found[0].solution
        likely = [f for f in found if f.complete and f.solution.cost - first.cost <= AS_LIKELY]
        rest = [f for f in found if f.complete and f not in likely]
        if first.slips[0].kind == "container":
            # A list where a number belongs says itself what is wrong.
            likely, rest = [f for f in likely if f.solution.slips[0].kind == "container"], []
        found = [*likely, *rest] or found
        if len(found) == 1:
            return found[0]
        ranked: list[tuple[int, bool, int, float, ExceptionFix]] = []
        deadline = time.process_time() + SECONDS
        for fix in found:
            if not fix.complete or time.process_time() > deadline:
                continue
            try:
                evidence = measure(fix.draft.source, self.hints, deadline - time.process_time())
            except WhygradError:
                continue
            wrong = sum(c.verdict != "right" for c in evidence.finals) if evidence.finals else 99
            # What lies on the way tells edits apart that leave the same gradients wrong.
            way = sum(c.verdict != "right" for c in evidence.claims)
            if wrong == 0:
                return fix
            # One that is less likely must lead farther by more than one gradient.
            ranked.append((wrong + (fix in rest), fix in rest, way, fix.solution.cost, fix))
        return min(ranked, key=lambda item: item[:4])[4] if ranked else found[0]

    def add(self, step: Step, draft: Draft) -> None:
        self.steps.append(step)
        self.draft = draft

    def repaired(self, evidence: Evidence) -> bool:
        """Repair what this evidence shows; True where the text changed."""
        with steady():
            return self._repaired(evidence)

    def _repaired(self, evidence: Evidence) -> bool:
        before = self.draft.text
        trials = Trials(evidence)
        repairer = Repairer(trials, self.draft, self.deadline)
        roots = [c for c in evidence.claims if c.verdict == "wrong"] or [
            c for c in evidence.finals if c.verdict == "inherited"]  # fmt: skip
        search = ForwardSearch(evidence, self.draft, self.within(FORWARD_SECONDS))
        rule = repairer.wrong_rule(roots[0]) if roots else 0
        allowed = self.forward_allowed and not rule and not any(map(repairer.is_worked_out, roots[:1]))
        forward = search.best() if allowed else []
        if forward and forward[0].gate:
            # What the backward pass would be, were the forward pass meant as it stands, is offered as well.
            soon = min(self.deadline, time.process_time() + ALTERNATIVE_SECONDS)
            rival = Repairer(trials, self.draft, soon).repair(roots[0]) if roots else None
            self.apply_forward(forward[0], evidence, [rival] if rival else [])
            return True
        unread = allowed and search.unread()
        if unread and (lacking := search.omitted(self.within(FORWARD_SECONDS))):
            # Gradients of what the output does not depend on: a part of the forward pass was left out.
            self.apply_forward(lacking, evidence, [])
            return True
        fixes = repairer.searched(roots)
        if not (forward or unread) and allowed and any(fix is None for _, fix in fixes):
            lacking = search.omitted(self.within(OMITTED_SECONDS))
            forward = [lacking] if lacking else []
            if (
                lacking
                and len(lacking.explained) > 1
                and set(lacking.explained) & trials.run(repairer.draft).wrong
            ):
                # One edit makes several gradients right, of which edits of the backward pass left one open.
                self.apply_forward(lacking, evidence, [])
                return True
        if forward and prefers(forward[0], fixes, evidence):
            self.apply_forward(forward[0], evidence, [f for _, f in fixes if f])
            return True
        left: list[Claim] = []
        for claim, fix in fixes:
            # A line that was repaired before and is wrong again is not understood.
            if fix is None or sum(s.variable == claim.name for s in self.steps) >= 2:
                known = any(c.name == claim.name for c, _ in self.unsolved)
                if not known and (not claim.doubtful or all(c.doubtful for c, _ in fixes)):
                    left.append(claim)
            else:
                self.apply(claim, fix, evidence, forward)
                forward = []
        self.unsolved += [(c, evidence) for c in pointed(evidence, self.draft.tree, left, rule)]
        return self.draft.text != before

    def apply_forward(self, fix: ForwardFix, evidence: Evidence, rivals: list[Fix]) -> None:
        node = fix.suspect.node
        variable = next(iter(sorted(targets(node), key=len)), "")
        claim = evidence.claim(fix.explained[0])
        others = tuple(
            Rival(
                f"if the forward pass is meant as it stands, `{claim.name if claim else ''}` is this", f.draft
            )
            for f in rivals[-1:]
        )
        step = Step(
            "forward", fix.before, fix.draft, node.lineno, node.col_offset + 1, fix.text, fix.solution,
            variable, claim.name if claim else variable, claim, evidence, gate=fix.gate, rivals=others,
            points=len(evidence.points), shown=forward_values(evidence, fix, variable),
        )  # fmt: skip
        self.add(step, fix.draft)

    def apply(self, claim: Claim, fix: Fix, evidence: Evidence, forward: list[ForwardFix]) -> None:
        rivals = [
            Rival("this edit makes the numbers right as well", r.draft, r.points) for r in fix.rivals[:2]
        ]
        rivals += [
            Rival("if the backward line is meant as it stands, the forward pass is this", f.draft)
            for f in forward[:1]
            # One gradient alone can be made right by many a change of what is differentiated.
            if claim.name in f.explained and (len(f.explained) > 1 or f.solution.slips[0].kind in PLAIN)
        ]  # fmt: skip
        span = fix.span
        values = {**fix.scope.first, **given_values(evidence, fix)}
        made = sorted(t.replace("'", '"') for t in targets(fix.suspect.node))  # claims are spelt so
        variable = next((t for t in made if evidence.claim(t)), made[0] if made else claim.name)
        named = claim if claim.name == variable else evidence.claim(variable)
        step = Step(
            "backward", fix.before, fix.draft, span.line, span.column, fix.text, fix.solution,
            variable, (named and named.of) or claim.of,
            named if named and named.verdict == "wrong" else claim,
            evidence, values, points=fix.points, rivals=tuple(rivals),
        )  # fmt: skip
        self.add(step, fix.draft)

    def failed(self, evidence: Evidence) -> CheckResult:
        """The script raises and no edit gets past it."""
        failure = evidence.failure
        assert failure is not None
        line = self.draft.original_line(failure.line) if failure.line else 0
        error = ScriptError(
            f"the script raises {failure.kind} in line {line}: {failure.message}" if line
            else f"the script cannot be run: {failure.kind}: {failure.message}",
            hint=f"python {self.source.filename}",
        )  # fmt: skip
        findings = self.findings()
        facts = {"code": error.code, "message": error.message, "hint": error.hint, "line": line}
        if findings:
            return CheckResult(self.source.filename, "wrong", "", (), tuple(findings), (error.message,))
        return CheckResult(self.source.filename, "error", error=facts)

    def result(self, searched: bool = True) -> CheckResult:
        """Everything found, as the result of the check; until it has `searched` nothing is left open."""
        evidence = self.first or self.last
        assert evidence is not None and self.last is not None
        if searched and all(step.is_written_anew for step in self.steps) and leave_open(evidence):
            self.unsolved, self.steps = [], []
        if self.last.verdict == "right":
            # What ran before anything could be compared has been compared by now.
            points = len(self.last.points)
            self.steps = [replace(step, points=step.points or points) for step in self.steps]
        findings = self.findings()
        if not any(f.repair for f in findings):
            refuse_misfit(evidence.program, evidence.finals)
        serious = [f for f in findings if f.cause != "missing-import"]
        status: Any = "wrong" if serious else evidence.verdict
        notes = tuple(dict.fromkeys([*evidence.notes, *self.last.notes]))
        variables = tuple(self.variables(evidence, serious))
        return CheckResult(
            self.source.filename, status, told(evidence.output), variables, tuple(findings), notes,
            assumed=evidence.program.assumed, functions=evidence.program.functions,
        )  # fmt: skip

    def variables(self, evidence: Evidence, findings: list[Finding]) -> list[Variable]:
        """A gradient is wrong itself where a finding speaks of it; else it inherits its wrongness."""
        accused = {f.variable for f in findings}
        found = []
        named = {(c.name, c.line) for c in evidence.claims if c.of}
        for claim in evidence.claims:
            if not claim.of and (claim.name, claim.line) in named:
                continue
            verdict: str = claim.verdict
            if verdict == "wrong" and accused and claim.name not in accused:
                verdict = "inherited"
            elif verdict in ("inherited", "undecided") and claim.name in accused:
                verdict = "wrong"
            draft = self.at_first or self.draft
            line = draft.original_line(claim.line) if claim.line else 0
            found.append(
                Variable(claim.name, claim.of, line, verdict, claim.right_at_given_inputs, claim.reason)
            )
        return found

    def findings(self) -> list[Finding]:
        """Findings in order of execution: what stops the script, the forward pass, the backward pass."""
        final, imports = self.with_imports()
        found = [f for step in self.steps for f in findings_of(step, final)]
        shown = {f.variable for f in found}
        # What has no line of its own (results of a generated script) explains nothing beside what has.
        rest = [(c, e) for c, e in self.unsolved if c.name not in shown and (c.line or not found)]
        # A line that was edited and stands as it was typed in the end is no mistake.
        found = [f for f in found if f.repair is None or f.repair.edits] or found
        found += [*imports, *(unsolved(c, e) for c, e in rest)]
        order = {"script": 0, "forward": 1, "backward": 2}
        found.sort(key=lambda f: (order[f.where], f.line))
        if self.last is not None and self.last.forward_differs:
            found.insert(0, not_as_meant(self.last, self.hints.formula))
        return found

    def with_imports(self) -> tuple[Draft, list[Finding]]:
        """The draft with the imports that were supplied, and a finding for each of them."""
        evidence = self.last
        supplied = list(evidence.supplied) if evidence is not None else []
        if not supplied:
            return self.draft, []
        line = import_line(self.source)
        lines = "\n".join(text for _, text in supplied)
        final = self.draft.with_line(line, f"{lines}\n{self.draft.cells[line - 1]}")
        findings = [missing_import(self.source, name, text, final.edits([line])) for name, text in supplied]
        return final, findings
