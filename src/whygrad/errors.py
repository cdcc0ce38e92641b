"""Exceptions of whygrad: what was seen, a code that `whygrad code` explains, and one hint that runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a user's file. Lines and columns count from 1; the end column is exclusive."""

    file: str
    line: int
    column: int = 1
    end_line: int = 0
    end_column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


LONGEST = 200
"""Characters of another's message that are quoted."""


def brief(message: str) -> str:
    """The first line of a message of the user's code, cut where it goes on: it may hold whole arrays."""
    first = next((line for line in message.splitlines() if line.strip()), "").strip()
    return first if len(first) <= LONGEST else f"{first[:LONGEST]} ..."


class WhygradError(Exception):
    """Base of all errors that whygrad raises on purpose.

    `message` says what was seen and what was expected, `hint` is one suggestion that runs,
    `place` is where in the user's code.
    """

    code = "WG600"
    usual_hint: str | None = None
    """What is suggested where nothing better is known."""

    def __init__(self, message: str, *, hint: str | None = None, place: Place | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint or self.usual_hint
        self.place = place

    def __str__(self) -> str:
        parts = [f"{self.code}: {self.message}"]
        if self.place is not None:
            parts.append(f"  at {self.place}")
        if self.hint:
            parts.append(f"  hint: {self.hint}")
        return "\n".join(parts)

    def facts(self) -> dict[str, Any]:
        """The error as JSON: what a child process sends, and what `--format json` prints."""
        place = self.place
        return {
            "code": self.code,
            "message": self.message,
            "hint": self.hint,
            "line": place.line if place else None,
            "place": asdict(place) if place else None,
        }


class ScriptError(WhygradError):
    """The user's file cannot be read, parsed or run to the end."""

    code = "WG601"


class FormulaError(WhygradError):
    """A formula given as text is outside the grammar."""

    code = "WG602"
    usual_hint = 'a formula has names, numbers and known functions, as in "sigmoid(w*x + b)"'


class NoGradientError(WhygradError):
    """Nothing to check: no gradient variable, or no differentiable output, was recognised."""

    code = "WG603"


class LimitError(WhygradError):
    """The user's code passed the limit on time, memory or output."""

    code = "WG604"


class UsageError(WhygradError, TypeError):
    """An argument of a call or of the command cannot be used."""

    code = "WG605"


class TraceError(WhygradError, TypeError):
    """Code that cannot be followed without losing the derivative."""

    code = "WG610"


class NoRuleError(TraceError):
    """An operation without a derivative rule stands between an input and the output."""

    code = "WG611"


class GuardError(WhygradError):
    """A graph was executed at a point where a branch, length or index would differ from the traced run."""

    code = "WG612"


class EmissionError(WhygradError):
    """Rows of a graph that cannot be written as an expression."""

    code = "WG613"


class CheckFailedError(EmissionError):
    """What was written is not what the engine finds: a defect of ours, and it is not handed over."""

    code = "WG614"


class AnotherFormError(EmissionError):
    """What is derived at one set of shapes has another form than at others: no one text says both."""

    code = "WG615"

    @classmethod
    def of(cls, error: EmissionError) -> AnotherFormError:
        """The error as one of this kind."""
        return cls(error.message, hint=error.hint, place=error.place)


class DefectError(WhygradError):
    """whygrad itself failed where it should have given an answer or a reason: please report it."""

    code = "WG698"

    @classmethod
    def of(cls, error: BaseException, doing: str) -> DefectError:
        """An exception that nobody foresaw, as a message."""
        return cls(
            f"whygrad itself failed {doing}: {type(error).__name__}: {error}",
            hint="this is a defect of whygrad, please report it; WHYGRAD_DEBUG=1 shows where it happened",
        )


class GraphError(WhygradError):
    """A graph breaks the rules of a legal graph: a defect of whygrad, not of the user's code."""

    code = "WG699"


def error_of(facts: Mapping[str, Any]) -> WhygradError:
    """The error that `WhygradError.facts` described."""
    kinds = {kind.code: kind for kind in all_errors()}
    place = facts.get("place")
    return kinds.get(facts["code"], WhygradError)(
        facts["message"], hint=facts.get("hint"), place=Place(**place) if place else None
    )


def all_errors() -> list[type[WhygradError]]:
    """Every class of error that has a code of its own, the base first, in order of definition."""
    kinds: list[type[WhygradError]] = [WhygradError]
    for kind in kinds:
        kinds.extend(kind.__subclasses__())
    return [kind for kind in kinds if "code" in vars(kind)]
