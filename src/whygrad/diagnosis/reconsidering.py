"""Take back an edit that got past an exception, where what is left after it cannot be repaired.

Several edits may let a script run to its end, and where a second mistake waits behind the first, no gradient
is right after any of them. Which of them was meant shows only when the second mistake is mended as well.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from whygrad.checking.evidence import Hints
from whygrad.diagnosis.findings import CheckResult
from whygrad.diagnosis.rounds import Check
from whygrad.errors import WhygradError
from whygrad.source import Source

MOST_AGAIN = 3
SECONDS = 5.0
"""Processor time after which no other edit is tried."""


def reconsidered(source: Source, hints: Hints, tell: Callable[[CheckResult], None]) -> CheckResult:
    """The result of a check; of one that took another edit past an exception, where only that leads on.

    Raises what `Check.run` raises.
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
    return result
