"""A search may take so much of the processor's time: asked often, so it must cost nothing to ask."""

from __future__ import annotations

import time

APART = 0.005
"""Seconds on the wall between two looks at the processor's time, which is a call of the system."""


class Allowance:
    """Seconds of the processor that may be spent."""

    @classmethod
    def until(cls, deadline: float) -> Allowance:
        """What is left up to a reading of `time.process_time`."""
        return cls(deadline - time.process_time())

    def __init__(self, seconds: float) -> None:
        self._end = time.process_time() + seconds
        self._looked = time.perf_counter()
        self._spent = seconds <= 0

    def left(self) -> float:
        """Seconds that may still be spent."""
        return max(0.0, self._end - time.process_time())

    def part(self, share: float) -> Allowance:
        """A share of what is left."""
        return Allowance(share * self.left())

    def is_spent(self) -> bool:
        """Is nothing left?"""
        now = time.perf_counter()
        if not self._spent and now - self._looked > APART:
            self._looked, self._spent = now, time.process_time() > self._end
        return self._spent
