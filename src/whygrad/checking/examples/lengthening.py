"""The length of a vector of unrolled parameters: as long as lets the run come furthest."""

from __future__ import annotations

import math
import re
import time
from typing import TYPE_CHECKING

from whygrad.checking.examples.complaints import Complaint
from whygrad.checking.examples.templates import Size

if TYPE_CHECKING:
    from whygrad.checking.examples.search import Guess, Search

LONGER = 400
LENGTHENING = 0.6
"""By so much a vector of unrolled parameters may grow, and seconds that this may take."""
_RESHAPED = re.compile(r"cannot reshape array of size (\d+) into shape \(([\d, ]+)\)")


def lengthen(search: Search, guess: Guess, complaint: Complaint) -> bool:
    """Make a vector that holds several arrays as long as lets the run come furthest.

    Where single lengths do, the last: one that leaves a number for the last part is stretched. Where all do
    from one on, that one: something else is wrong then.
    """
    for owner in [n for n, role in guess.dimensions.roles.items() if role == "unrolled"]:
        reached = [complaint.line]  # lines, in the order in which they were come to
        length = _shortest(search, guess, owner, reached, complaint)
        reshaping = "cannot reshape" in complaint.message
        best, before, reached_line = 0, False, 0
        stop = time.process_time() + LENGTHENING
        for longer in range(length + 1, length + LONGER):
            guess.dimensions.fixed[owner] = longer
            found = search.tried(guess.texts(small=False))
            line = found.line if found else -1
            if line not in reached and (reshaping or found is None or "cannot reshape" not in found.message):
                reached.append(line)
            furthest = line == reached[-1] and len(reached) > 1
            if furthest and (not before or line != reached_line):
                best = longer
            before, reached_line = furthest, line
            if search.is_late() or time.process_time() > stop:
                break
        guess.dimensions.fixed[owner] = best or length
        if best:
            return True
    return False


def shorten(guess: Guess) -> bool:
    """Where nothing came out, whole numbers may be larger than what they count: a window than the signal."""
    numbers = [t.dimension for t in guess.templates.values() if isinstance(t, Size)]
    found = [n for n in numbers if guess.dimensions.root(n) == n and n in guess.dimensions.free()]
    guess.dimensions.fixed |= dict.fromkeys(found, 2)
    return bool(found)


def _shortest(search: Search, guess: Guess, owner: int, reached: list[int], complaint: Complaint) -> int:
    """The length from which on to look: what reshapes ask for, one after another, must be there first."""
    length = guess.dimensions.sizes(small=False)[owner]
    for _ in range(8):
        counts = counts_of(complaint.message)
        if counts is None or not -length < counts[1] - counts[0] < LONGER or counts[0] == counts[1]:
            break
        if complaint.line not in reached:
            reached.append(complaint.line)
        guess.dimensions.fixed[owner] = length + counts[1] - counts[0]
        found = search.tried(guess.texts(small=False))
        if found is not None and found.message == complaint.message:
            break
        length = guess.dimensions.fixed[owner]
        if found is None or "cannot reshape" not in found.message:
            return length - 1
        complaint = found
    return length


def counts_of(message: str) -> tuple[int, int] | None:
    """How many entries an array had and was to have, where a reshape failed."""
    match = _RESHAPED.search(message)
    if match is None:
        return None
    return int(match[1]), math.prod(int(n) for n in match[2].split(",") if n.strip())
