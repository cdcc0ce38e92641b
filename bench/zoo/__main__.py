"""`python -m bench.zoo`: how many mutants are found, placed and repaired, and no alarm on what is correct."""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.zoo.drawing import Drawing
from bench.zoo.program import Program, programs
from bench.zoo.scoring import Score, Task, scores
from bench.zoo.table import summary, write_tables
from bench.zoo.variants import variants

EACH = 36
"""Mutants of each program."""


def main() -> int:
    """Exit status 1 where a floor is not reached."""
    asked = _asked()
    chosen = [
        p for p in programs() if not asked.only or any(word in p.name for word in asked.only.split(","))
    ]
    if asked.variants:
        return _alarms(chosen, asked)
    drawings = [Drawing(p, asked.seed) for p in chosen]
    tasks = list(_sampled(_tasks(drawings, asked.each), asked))
    got: list[Score] = []
    for place, one in enumerate(scores(tasks, asked.workers, asked.log), 1):
        got.append(one)
        if asked.verbose and not (one.found and one.placed and one.repaired):
            print(_shown(one), flush=True)
        if place % 100 == 0:
            print(f"{place} of {len(tasks)}", file=sys.stderr, flush=True)
    if asked.keep:
        _keep(tasks, got, asked.keep)
    print(summary(got))
    if asked.docs:
        write_tables(asked.docs, got, sum(d.equivalent for d in drawings), asked.seed)
    return int(any(_below(got, asked.floors)))


def _shown(one: Score) -> str:
    facts = f"found {one.found} line {one.placed} repair {one.repaired} {one.codes} {one.lines}"
    return f"  {one.name} {'+'.join(one.kinds)} [{one.part}]: {one.status}, {facts} {one.seconds:.1f}s"


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.zoo", description=__doc__)
    parser.add_argument("--sample", type=int, default=0, help="so many mutants only, drawn by the seed")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--each", type=int, default=EACH, help="mutants of each program")
    parser.add_argument("--only", default="", help="programs whose names have one of these words")
    parser.add_argument("--part", default="", help="backward, forward or raises")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--log", type=Path, help="scores are kept here, and not made again")
    parser.add_argument(
        "--keep", type=Path, help="folder for the texts that were not found, placed and repaired"
    )
    parser.add_argument("--docs", type=Path, help="write the tables into this file")
    parser.add_argument("--floors", default="", help="found,line,repair in percent, such as 97,92,85")
    parser.add_argument("--variants", action="store_true", help="check correct variants instead")
    parser.add_argument("--verbose", action="store_true", help="print each miss")
    return parser.parse_args()


def _alarms(chosen: list[Program], asked: argparse.Namespace) -> int:
    """Check the programs and variants of them; exit status 1 where one is called wrong."""
    tasks = [Task(p.name, p, p.text) for p in chosen]
    for program in chosen:
        tasks += [Task(f"{p.name}/{k} {kind}", p, p.text)
                  for k, (kind, p) in enumerate(variants(program, asked.seed))]  # fmt: skip
    if asked.sample:
        tasks = random.Random(asked.seed).sample(tasks, min(asked.sample, len(tasks)))
    got = list(scores(tasks, asked.workers, asked.log))
    for one in got:
        if one.status != "right":
            print(f"  {one.name}: {one.status} {one.codes} {one.lines}", flush=True)
    said = {status: sum(one.status == status for one in got) for status in ("right", "wrong", "undecided")}
    times = statistics.median(one.seconds for one in got)
    print(f"{len(got)} correct programs: {said}, could not be checked: {len(got) - sum(said.values())}; "
          f"median {times:.2f} s")  # fmt: skip
    return int(said["wrong"] > 0)


def _tasks(drawings: list[Drawing], each: int) -> Iterator[Task]:
    for drawing in drawings:
        for mutant in drawing.mutants(each):
            yield Task.of(mutant)


def _sampled(tasks: Iterator[Task], asked: argparse.Namespace) -> list[Task]:
    found = [task for task in tasks if not asked.part or task.part == asked.part]
    if asked.sample and asked.sample < len(found):
        found = random.Random(asked.seed).sample(found, asked.sample)
    return found


def _keep(tasks: list[Task], got: list[Score], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    by_name = {task.name: task for task in tasks}
    for one in got:
        if not (one.found and one.placed and one.repaired):
            task = by_name[one.name]
            said = (
                f"# {one.kinds} {one.part} fault {sorted(task.fault)}: {one.status} {one.codes} {one.lines}"
            )
            path = folder / (one.name.replace("/", "_") + ".py")
            path.write_text(
                f"{task.text.rstrip()}\n{said} {one.found} {one.placed} {one.repaired}\n", encoding="utf-8"
            )


def _below(got: list[Score], floors: str) -> Iterator[bool]:
    for name, floor in zip(
        ("found", "placed", "repaired"), floors.split(",") if floors else (), strict=False
    ):
        share = 100 * sum(getattr(one, name) for one in got) / max(1, len(got))
        if share < float(floor):
            print(f"{name}: {share:.1f}% is below the floor of {floor}%")
            yield True


if __name__ == "__main__":
    sys.exit(main())
