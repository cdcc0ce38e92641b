"""Take back an edit that got past an exception, where what is left after it cannot be repaired; search again
for what neglects a tiny constant.

Several edits may let a script run to its end, and where a second mistake waits behind the first, no gradient
is right after any of them. Which of them was meant shows only when the second mistake is mended as well.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from whygrad.checking.evidence import Hints
from whygrad.diagnosis.findings import CheckResult
from whygrad.diagnosis.rounds import MOST_SECONDS, Check
from whygrad.errors import WhygradError
from whygrad.source import Source

MOST_AGAIN = 3
LEAST_SECONDS = 4.0
"""Processor time for searching where a tiny constant is neglected, however long the search before it took."""
SECONDS = 5.0
"""Processor time after which no other edit is tried."""


def reconsidered(source: Source, hints: Hints, tell: Callable[[CheckResult], None]) -> CheckResult:
    """The result of a check; of one that took another edit past an exception, where only that leads on.

    Raises what `Check.run` raises; and where a backward pass raises and no edit makes all right, that.
    """
    started = time.process_time()
    check = Check(source, hints, tell)
    result = check.run()
    if check.solved():
        return result
    # The latest choice is the first to be doubted.
    for refused in [{text} for text in check.chosen[::-1]][:MOST_AGAIN]:
        if time.process_time() - started > SECONDS:
            break
        other = Check(source, hints, seen=set(refused))
        try:
            found = other.run()
        except WhygradError:
            continue
        if other.solved():
            return found
    neglecting = _neglecting(source, hints, check, result)
    if neglecting is None and check.refusal is not None:
        raise check.refusal
    return neglecting or result


def _neglecting(source: Source, hints: Hints, check: Check, result: CheckResult) -> CheckResult | None:
    """The result where the truth is that without the tiny constants of the forward pass, if all is repaired.

    A backward pass for `-log(p + 1e-7)` is rarely more than one for `-log(p)`, and no edit makes it more.
    """
    if hints.neglect or not check.unsolved or check.first is None or not check.first.has_tiny:
        return None
    started = min(check.started, time.process_time() - MOST_SECONDS + LEAST_SECONDS)
    other = Check(source, replace(hints, neglect=True), started=started)
    try:
        found = other.run()
    except WhygradError:
        return None
    # What is right with the constant is not to be mended.
    return found if other.solved() and _mistaken(found) <= _mistaken(result) else None


def _mistaken(result: CheckResult) -> set[str]:
    return {v.name for v in result.variables if v.verdict in ("wrong", "inherited")}
