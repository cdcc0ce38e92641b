"""What was measured: agreement and disagreement between the truth and the user's code. No opinions.

`measurement.measure` makes an `Evidence`; `diagnosis` reads it, tries edits with `Program.trial` and
`Statement.replay`, and calls nothing wrong that is not wrong here.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from types import CodeType
from typing import TYPE_CHECKING, Any, Literal

from whygrad.checking.copying import duplicated
from whygrad.errors import NoGradientError
from whygrad.source import Span

if TYPE_CHECKING:
    from whygrad.checking.programs import Program

Value = Any
"""A plain value of the user's: a number, a NumPy array, or a list, tuple or dict of such."""

Verdict = Literal["right", "wrong", "inherited", "undecided"]
Role = Literal["final", "intermediate"]
Form = Literal["script", "pair", "single", "class"]


@dataclass(frozen=True, eq=False)
class Hints:
    """What the caller said; empty means: guess. Fields are the flags of `whygrad check`."""

    output: str = ""
    wrt: tuple[str, ...] = ()
    gradients: Mapping[str, str] = field(default_factory=dict)
    """Gradient variable -> variable (`--gradient grad_x=x`)."""
    forward: str = ""
    backward: str = ""
    upstream: str = ""
    inputs: str = ""
    """A function of the file that returns a dict or tuple of example inputs."""
    input: Mapping[str, str] = field(default_factory=dict)
    """Variable -> text of the input mini-language, e.g. `randn(4,3)`; parsed, never evaluated."""
    given: Mapping[str, Value] = field(default_factory=dict)
    """Variable -> example value as it is, from a caller in Python; no flag."""
    formula: str = ""
    """What the forward pass is meant to be."""
    reading: str = ""
    """How forward and backward belong together (`forms.READINGS`); found, no flag."""
    form: str = ""
    """`script` for the statements of the module alone; no flag."""
    makes: str = ""
    """May the example inputs that the file makes be meant for another unit (`shared`), or are they
    (`others`)? No flag."""
    neglect: bool = False
    """Take what the gradients are without the tiny constants of the forward pass for the truth; no flag."""
    large: str = ""
    """Inputs of very many numbers are not measured (`refuse`), at the given point alone (`once`), or as
    others are; no flag."""


@dataclass(frozen=True, eq=False)
class Failure:
    """A run that did not get to its end."""

    kind: str
    """Name of the exception's class, `"Timeout"`, or `"Missing"` where a wanted name was never bound."""
    message: str
    line: int = 0
    """Line of the user's file that raised; 0 when none did."""
    exception: BaseException | None = field(default=None, repr=False)
    namespace: Mapping[str, Value] = field(default_factory=dict, repr=False)
    """What was bound when it happened."""
    driver: str = field(default="", repr=False)
    """The lines below the user's that were run, where they were still being written."""

    def __bool__(self) -> bool:
        """False, so that `if not outcome` reads well."""
        return False


class TooLargeError(Exception):
    """A run has very many numbers, and the hints say to refuse that (`Hints.large`)."""

    def __init__(self, failure: Failure | None) -> None:
        super().__init__(failure)
        self.failure = failure
        """How the run ended, if it did not get to its end."""


@dataclass(frozen=True, eq=False)
class Point:
    """Values of the inputs that are moved. An input without an override keeps the value in the text."""

    label: str
    """`"given"`, `"near 1"`, `"generic 3"`, ..."""
    overrides: Mapping[str, Value] = field(default_factory=dict)
    at_kink: bool = False
    """The forward pass is not differentiable here (in some direction)."""


@dataclass(frozen=True, eq=False)
class Mismatch:
    """The clearest disagreement of a claim with the truth, and numeric facts about the two. No opinion."""

    point: int
    """Index into `Evidence.points`."""
    entry: tuple[int, ...]
    """Index of the worst entry; () for numbers, or where shapes differ."""
    got: float
    want: float
    got_shape: tuple[int, ...]
    want_shape: tuple[int, ...]
    wrong_entries: int = 0
    entries: int = 0
    facts: Mapping[str, Any] = field(default_factory=dict)
    """Those that hold at every point compared: `constant_ratio` (got = ratio * want), `transposed`, `sum`
    (got is the sum of all entries of want), `sum_axis` (got summed over this axis is want), `same_shape`,
    `zero` (got is all zeros), `integer` (got has an integer dtype), `truncated`, `negated`, `ratio_entries`
    (per entry ratio, the same at all points)."""


@dataclass(eq=False)
class Claim:
    """One gradient variable of the user's: what it says, what is true, and the verdict."""

    name: str
    """As the user writes it: `grad_x`, `self.dW`, `grads["W1"]`."""
    of: str
    """The variable whose gradient it should be."""
    role: Role
    line: int
    """Line of its last assignment (for a final value) in the user's file."""
    values: list[Value] = field(default_factory=list)
    """What the code computes, one per point; for an intermediate in a loop the values of its instances are
    in `instances`, and this is the last one."""
    truth: list[Value] = field(default_factory=list)
    """The true gradient, one per point, in the layout of the variable; None where it is not known."""
    verdict: Verdict = "undecided"
    right_at_given_inputs: bool = False
    at_kink: bool = False
    """At the given point the true gradient is a matter of choice, and the value is an allowed one."""
    mismatch: Mismatch | None = None
    agreements: list[bool | None] = field(default_factory=list)
    """Per point: is it right there? None where that is not decidable."""
    certainty: float = 1.0
    """How sure it is that `name` is meant as the gradient of `of` (1: by value or by hint)."""
    note: str = ""
    """For instance "carries the factor 1/m that later lines apply" for a right intermediate."""
    sign: float = 1.0
    """-1 for a force, which is minus the gradient; `truth` is what it should be, a force."""
    share: float = 1.0
    """What part of the gradient `truth` is: 1/N where the mean over N examples is meant."""
    span: Span | None = None
    doubtful: bool = False
    """Of a wrong intermediate: nothing shows that its name was read rightly."""
    reason: str = ""
    """Why this verdict, in one sentence, where it is not obvious (undecided, inherited)."""

    @property
    def wrong(self) -> bool:
        return self.verdict == "wrong"


@dataclass(eq=False)
class Statement:
    """One statement of the backward part (or, with part "forward", of the forward part), with what it read.

    `environments[p][k]` holds the names that the statement reads, as they were (copied) right before its k-th
    execution at point p; `results[p][k]` the names it binds or changes, right after. Loop variables are among
    the names read where the statement uses them. Only the first few executions are kept (`kept`).
    """

    index: int
    """Position in the text, counted over all statements recorded."""
    span: Span
    text: str
    """Source text of the whole statement (dedented; of a compound statement its header only)."""
    part: Literal["forward", "backward"]
    function: str
    """Name of the enclosing function ("" at module level; "Sigmoid.backward" for a method)."""
    targets: tuple[str, ...]
    """Names bound or changed, as written: `dW`, `dW[f]`, `self.dW`, `grads["W1"]`."""
    names: tuple[str, ...]
    """Root names of the targets: `dW`, `dW`, `self`, `grads`."""
    reads: tuple[str, ...]
    environments: list[list[dict[str, Value]]] = field(default_factory=list)
    results: list[list[dict[str, Value]]] = field(default_factory=list)
    wanted: list[list[dict[str, Value]]] = field(default_factory=list)
    """`wanted[p][k][target]`: the true value of that target after that execution, where it is known (true
    cotangent of the variable it stands for; the true gradient for the last assignment of a final claim)."""
    corrected: list[list[dict[str, Value]]] = field(default_factory=list)
    """As `environments`, with every gradient variable replaced by its true value where that is known. A
    statement that gives `wanted` in `corrected` is right in itself."""
    claims: tuple[str, ...] = ()
    """Names of the claims that it assigns."""
    loops: tuple[str, ...] = ()
    """Headers of the enclosing loops, outermost first: `for t in reversed(range(T))`."""
    instances: int = 0
    """How often it ran (at the given point)."""
    kept: int = 0
    globals: Mapping[str, Value] = field(default_factory=dict, repr=False)
    """Functions, modules and classes that the text may name besides (shared, never copied)."""

    @property
    def line(self) -> int:
        return self.span.line

    def replay(
        self, text: str, point: int, instance: int = 0, corrected: bool = False
    ) -> dict[str, Value] | Failure:
        """Run `text` in place of this statement on the recorded operands; values of the root names after.

        Operands are copied first, so that in-place statements can be replayed again.
        """
        kept = self.corrected if corrected else self.environments
        return replay(text, kept[point][instance], self.globals, self.names)


@dataclass(frozen=True, eq=False)
class Quantity:
    """A named quantity with its fingerprint: its values at the points. Equal fingerprints, same quantity."""

    name: str
    """The user's name (`grad_product`, `h[t]`), or what it is (`gradient of product`)."""
    kind: Literal["variable", "row", "cotangent"]
    values: tuple[Value, ...]
    """One per point; None where not known."""
    line: int = 0
    of: str = ""
    """For a cotangent: the variable; for a row: its formula, if short."""
    instance: int = 0
    """Which execution (loop iteration) of its statement."""


@dataclass(eq=False)
class Evidence:
    """Everything measured about one program."""

    program: Program
    output: str = ""
    """The variable whose gradient is taken; for pairs and classes the forward result, whose product with
    `upstream` is summed."""
    upstream: str = ""
    points: list[Point] = field(default_factory=list)
    """points[0] is the given one, as typed; the others are generic."""
    recordings: list[Any] = field(default_factory=list)
    """Per point: the tracing `Recording`, or None where tracing failed."""
    derivatives: list[Any] = field(default_factory=list)
    """Per point: the `Derivative` of the output by every forward row (wrt=None), or None."""
    runs: list[Any] = field(default_factory=list)
    """Per point: the `Run` of the derivative's graph (all values kept), or None."""
    claims: list[Claim] = field(default_factory=list)
    """In the order of their last assignment."""
    statements: list[Statement] = field(default_factory=list)
    """In order of the text; forward and backward."""
    quantities: list[Quantity] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What a reader should know: kinks, nondeterminism, points dropped, defects of ours."""
    supplied: list[tuple[str, str]] = field(default_factory=list)
    """Names used but not imported, and the import that was supplied: ("math", "import math")."""
    failure: Failure | None = None
    """The script raised at its given inputs; then claims may be empty."""
    refusal: NoGradientError | None = None
    """What to say if no edit gets past the failure and makes all right: guessed inputs may not fit."""
    unused: list[str] = field(default_factory=list)
    """Gradient-like variables that nothing reads and that are no claim: `dw` beside `dW`."""
    backward_line: int = 0
    interleaved: frozenset[int] = frozenset()
    """Lines before it that fill a gradient while the forward pass goes on."""
    """First line of the backward part (script, single); 0 where forward and backward are functions."""
    output_line: int = 0
    outputs: list[float] = field(default_factory=list)
    """Per point: what the forward pass computes (summed, or times the upstream gradient)."""
    intended: list[float] = field(default_factory=list)
    """Per point: what it is meant to compute, where a formula was given; then that is the truth."""
    has_tiny: bool = False
    """The forward pass has tiny constants (`log(p + 1e-7)`), which a backward pass may neglect."""
    first_round: bool = False
    """A training loop was run for its first round only."""

    @property
    def forward_differs(self) -> bool:
        """The forward pass is not the formula that was given."""
        pairs = zip(self.outputs, self.intended, strict=False)
        return any(not abs(a - b) <= 1e-9 * max(abs(a), abs(b)) for a, b in pairs)

    @property
    def finals(self) -> list[Claim]:
        return [claim for claim in self.claims if claim.role == "final"]

    @property
    def verdict(self) -> Verdict:
        """Of the whole program, decided by the final claims alone."""
        verdicts = {claim.verdict for claim in self.finals}
        if "wrong" in verdicts or "inherited" in verdicts:
            return "wrong"
        return "undecided" if not verdicts or "undecided" in verdicts else "right"

    def claim(self, name: str) -> Claim | None:
        """The claim of a name, or None."""
        return next((claim for claim in self.claims if claim.name == name), None)


@lru_cache(maxsize=4096)
def _compiled(text: str) -> CodeType:
    return compile(textwrap.dedent(text), "<candidate>", "exec")


def replay(
    text: str, environment: Mapping[str, Value], names: Mapping[str, Value], wanted: tuple[str, ...]
) -> dict[str, Value] | Failure:
    """Run a piece of text on copied operands and return what the wanted names are bound to after."""
    # One deepcopy of the whole environment keeps names that share an array sharing it.
    namespace = {**names, **duplicated(environment)}
    try:
        exec(_compiled(text), namespace)
        return {name: namespace[name] for name in wanted}
    except Exception as error:
        return Failure(type(error).__name__, str(error), exception=error)


def hints_of(given: Mapping[str, Any]) -> Hints:
    """Hints from the command's arguments."""
    known: dict[str, Any] = {
        k: tuple(v) if k == "wrt" else v for k, v in given.items() if k in asdict(Hints())
    }
    return Hints(**known)
