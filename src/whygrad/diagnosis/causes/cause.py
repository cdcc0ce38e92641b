"""What a cause is: it names, ranks and words an edit that search found and running confirmed.

It never judges.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from whygrad.diagnosis.slips import Slip


@dataclass(frozen=True, eq=False)
class Case:
    """One slip to be named, with what is known of its place."""

    slip: Slip
    variable: str
    of: str
    where: Literal["script", "forward", "backward"]
    statement: str
    """The user's statement as it stands."""
    repaired: str
    """The statement after the edit."""
    gradients: frozenset[str] = frozenset()
    """Names that hold gradients."""
    values: dict[str, Any] = field(default_factory=dict)
    """What was in scope at the given point, by text."""
    facts: dict[str, Any] = field(default_factory=dict)
    """What holds between the computed and the true values (`Mismatch.facts`)."""
    gate: str = ""
    exception: str = ""
    hidden: bool = False
    """At the given inputs the variable is right: only other points show the slip."""
    right_parts: tuple[str, ...] = ()

    def is_gradient(self, text: str) -> bool:
        return text.split("[")[0] in self.gradients or text in self.gradients

    @property
    def added(self) -> str:
        """What stands in the new text and not in the old, where one contains the other."""
        return between(self.slip.old, self.slip.new)

    @property
    def target(self) -> str:
        """What the statement assigns: of an attribute more than the name of its object."""
        try:
            statement = ast.parse(self.statement).body[0]
        except (SyntaxError, IndexError):
            return self.variable
        one = (
            statement.targets[0] if isinstance(statement, ast.Assign) else getattr(statement, "target", None)
        )
        return ast.unparse(one) if isinstance(one, ast.Attribute) else self.variable

    @property
    def value(self) -> ast.expr | None:
        try:
            return getattr(ast.parse(self.statement).body[0], "value", None)
        except SyntaxError:
            return None


def between(old: str, new: str) -> str:
    """The part of `new` that is more than `old`; `new` where it is another text altogether."""
    if old and old in new:
        left, _, right = new.partition(old)
        # Parentheses put around the old text belong to neither side.
        while left.endswith("(") and right.startswith(")"):
            left, right = left[:-1], right[1:]
        return f"{left.strip()} {right.strip()}".strip()
    return new


class Cause:
    """A reason why a gradient is wrong. Subclasses are pages: their docstring says what happened, why,
    and the fix.

    `forward`, `wrong` and `right` are scripts in pieces: `forward` with `wrong` gives exactly this code,
    `forward`
    with `right` gives nothing.
    """

    code: ClassVar[str]
    name: ClassVar[str]
    forward: ClassVar[str] = ""
    wrong: ClassVar[str] = ""
    right: ClassVar[str] = ""

    def explains(self, case: Case) -> bool:
        """Is this slip an instance of this cause?"""
        raise NotImplementedError

    def title(self, case: Case) -> str:
        """One line: what is wrong, with the user's names."""
        raise NotImplementedError

    def why(self, case: Case) -> str:
        """The rule behind it, in sentences."""
        raise NotImplementedError
