"""Time of the processor is counted, not time on the wall; asking is cheap."""

from __future__ import annotations

import time

from whygrad.diagnosis.allowance import Allowance


def test_what_is_computed_spends_it_and_waiting_does_not() -> None:
    allowance = Allowance(0.2)
    time.sleep(0.3)
    assert not allowance.is_spent()
    end = time.process_time() + 0.25
    while time.process_time() < end:
        sum(range(1000))
    assert allowance.is_spent() and allowance.is_spent()


def test_nothing_is_spent_at_once() -> None:
    assert Allowance(0.0).is_spent() and Allowance(-1.0).is_spent()


def test_asking_does_not_call_the_system(monkeypatch) -> None:
    allowance, looks = Allowance(100.0), []
    monkeypatch.setattr(time, "process_time", lambda: looks.append(1) or 0.0)
    for _ in range(10_000):
        allowance.is_spent()
    assert len(looks) < 1000


def test_a_part_is_spent_before_the_whole() -> None:
    allowance = Allowance(0.4)
    part = allowance.part(0.5)
    assert 0.1 < part.left() <= 0.2 < allowance.left() <= 0.4
    assert Allowance(-1.0).part(0.5).is_spent() and Allowance(-1.0).left() == 0.0
