"""The tables of the zoo: shares, times, and which code was reported for which mutation."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from bench.zoo.scoring import Score


def summary(got: Sequence[Score]) -> str:
    """Shares and times in a few lines."""
    if not got:
        return "nothing was checked"
    times = sorted(one.seconds for one in got)
    lines = [_line("all", got)]
    for part in ("backward", "forward", "raises"):
        lines.append(_line(part, [one for one in got if one.part == part]))
    for many in (1, 2, 3):
        lines.append(_line(f"{many} at a time", [one for one in got if len(one.kinds) == many]))
    odd = [one for one in got if one.status not in ("wrong", "right", "undecided")]
    lines.append(f"could not be checked: {len(odd)}")
    lines.append(
        f"seconds: median {statistics.median(times):.2f}, "
        f"95% below {times[int(0.95 * (len(times) - 1))]:.2f}, "
        f"largest {times[-1]:.2f}"
    )
    return "\n".join(lines)


def _line(name: str, got: Sequence[Score]) -> str:
    if not got:
        return f"{name:12} none"
    found, placed, repaired = (
        100 * sum(getattr(o, n) for o in got) / len(got) for n in ("found", "placed", "repaired")
    )
    return f"{name:12} {len(got):5}  found {found:5.1f}%  line {placed:5.1f}%  repair {repaired:5.1f}%"


def write_tables(path: Path, got: Sequence[Score], equivalent: int, seed: int) -> None:
    """Put the tables between the marks of a page."""
    text = path.read_text(encoding="utf-8")
    before, _, rest = text.partition("<!-- zoo -->")
    _, _, after = rest.partition("<!-- /zoo -->")
    body = "\n\n".join((_shares(got, equivalent, seed), _kinds(got), _confusion(got)))
    path.write_text(f"{before}<!-- zoo -->\n{body}\n<!-- /zoo -->{after}", encoding="utf-8")


def _shares(got: Sequence[Score], equivalent: int, seed: int) -> str:
    programs = len({one.name.split("/")[0] for one in got})
    return (
        f"{len(got)} mutants of {programs} programs, seed {seed}; {equivalent} more were left out: "
        f"their gradients are right at every point.\n\n```text\n{summary(got)}\n```"
    )


def _kinds(got: Sequence[Score]) -> str:
    rows = [
        "| mutation (one at a time) | mutants | found | line | repair | median s |",
        "|---|---|---|---|---|---|",
    ]
    single = [one for one in got if len(one.kinds) == 1]
    for kind in sorted({one.kinds[0] for one in single}):
        own = [one for one in single if one.kinds[0] == kind]
        shares = [
            f"{100 * sum(getattr(o, n) for o in own) / len(own):.0f}%"
            for n in ("found", "placed", "repaired")
        ]
        median = statistics.median(one.seconds for one in own)
        rows.append(f"| {kind} | {len(own)} | {' | '.join(shares)} | {median:.2f} |")
    return "\n".join(rows)


def _confusion(got: Sequence[Score]) -> str:
    """For each mutation the codes of the first findings, most frequent first."""
    rows = ["| mutation | first finding, of 100 |", "|---|---|"]
    single = [one for one in got if len(one.kinds) == 1]
    for kind in sorted({one.kinds[0] for one in single}):
        codes = Counter(one.codes[0] if one.codes else "none" for one in single if one.kinds[0] == kind)
        total = sum(codes.values())
        said = ", ".join(f"{code} {100 * n / total:.0f}" for code, n in codes.most_common())
        rows.append(f"| {kind} | {said} |")
    return "\n".join(rows)
