"""Checks mutants and correct programs, each in a process of its own, and tells what was found of them."""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.zoo.drawing import Mutant
from bench.zoo.program import Program, quiet

SECONDS = 30
MEMORY = 4 << 30


@dataclass(frozen=True)
class Score:
    """What a check said of one text. `placed`: the first finding is on a line at fault."""

    name: str
    kinds: tuple[str, ...]
    part: str
    status: str
    codes: tuple[str, ...]
    lines: tuple[int, ...]
    found: bool
    placed: bool
    repaired: bool
    seconds: float


@dataclass(frozen=True)
class Task:
    """A text to check. No kinds: it is correct."""

    name: str
    program: Program
    text: str
    kinds: tuple[str, ...] = ()
    part: str = "correct"
    fault: frozenset[int] = frozenset()

    @classmethod
    def of(cls, mutant: Mutant) -> Task:
        return cls(mutant.name, mutant.program, mutant.text, mutant.kinds, mutant.part, mutant.fault)


def score(task: Task) -> Score:
    """Check a text in this process."""
    from whygrad.diagnosis import check_program
    from whygrad.errors import WhygradError
    from whygrad.source import Source

    started = time.perf_counter()
    findings: tuple[Any, ...] = ()
    try:
        with quiet():
            result = check_program(Source(f"{task.program.name}.py", task.text))
        status, findings = result.status, result.findings
    except WhygradError as error:
        status = f"error: {error.message}"[:200]
    except Exception as error:
        status = f"defect: {type(error).__name__}: {error}"[:200]
    seconds = time.perf_counter() - started
    found = status == "wrong"
    repaired = found and _repaired(task, findings)
    placed = found and bool(findings) and _placed(task, findings[0], repaired)
    return Score(
        task.name, task.kinds, task.part, status, tuple(f.code for f in findings),
        tuple(f.line for f in findings), found, placed, repaired, round(seconds, 3),
    )  # fmt: skip


def _placed(task: Task, finding: Any, repaired: bool) -> bool:
    """On a line at fault; where the forward pass was changed, a backward line that mends it will do."""
    span = set(range(finding.line, max(finding.line, finding.end_line or 0) + 1))
    return bool(span & task.fault) or (task.part == "forward" and repaired)


def _repaired(task: Task, findings: Iterable[Any]) -> bool:
    lines = task.text.split("\n")
    edits = {e.line: e.after for f in findings if f.repair for e in f.repair.edits}
    for line, after in edits.items():
        lines[line - 1] = after
    return bool(edits) and task.program.right("\n".join(lines))


def scores(tasks: Iterable[Task], workers: int, log: Path | None = None) -> Iterator[Score]:
    """Scores of tasks as they come; each task is a process that was forked from this one."""
    import whygrad.diagnosis.rounds  # noqa: F401  (what is loaded once need not be loaded by each)

    done = _done(log)
    running: dict[int, tuple[Task, int, float]] = {}
    waiting = iter(tasks)
    stream = log.open("a", encoding="utf-8") if log else None
    ended = False
    while not ended or running:
        while not ended and len(running) < workers:
            task = next(waiting, None)
            if task is None:
                ended = True
            elif _key(task) in done:
                yield done[_key(task)]
            else:
                pid, pipe = _started(task)
                running[pid] = (task, pipe, time.monotonic())
        if running:
            pid, _ = os.wait()
            if pid not in running:
                continue
            task, pipe, _ = running.pop(pid)
            found = _read(task, pipe)
            if stream:
                stream.write(json.dumps({"key": _key(task), **asdict(found)}) + "\n")
                stream.flush()
            yield found


def _started(task: Task) -> tuple[int, int]:
    reading, writing = os.pipe()
    sys.stdout.flush()
    pid = os.fork()
    if pid:
        os.close(writing)
        return pid, reading
    os.close(reading)
    signal.alarm(SECONDS)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
        os.write(writing, json.dumps(asdict(score(task))).encode())
        os._exit(0)


def _read(task: Task, pipe: int) -> Score:
    with os.fdopen(pipe, "rb") as stream:
        text = stream.read()
    if not text:
        return Score(
            task.name, task.kinds, task.part, "defect: no answer", (), (), False, False, False, SECONDS
        )
    return _score_of(json.loads(text))


def _score_of(facts: dict[str, Any]) -> Score:
    facts = {name: tuple(value) if isinstance(value, list) else value for name, value in facts.items()}
    facts.pop("key", None)
    return Score(**facts)


def _key(task: Task) -> str:
    return f"{task.name} {hash_of(task.text)}"


def hash_of(text: str) -> str:
    """Short and the same in every process."""
    import hashlib

    return hashlib.sha1(text.encode()).hexdigest()[:10]


def _done(log: Path | None) -> dict[str, Score]:
    if log is None or not log.exists():
        return {}
    facts = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    return {fact["key"]: _score_of(fact) for fact in facts}
