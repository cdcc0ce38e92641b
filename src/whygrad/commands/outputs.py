"""The forms in which `whygrad check` prints what it found, one function each; `OUTPUTS` lists them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from whygrad import __version__
from whygrad.commands import failures
from whygrad.errors import WhygradError, error_of
from whygrad.pages import all_pages, rules_of
from whygrad.rendering.concise import concise
from whygrad.rendering.findings import report_of
from whygrad.rendering.github import workflow_commands
from whygrad.rendering.plain import plain
from whygrad.rendering.sarif import sarif_log
from whygrad.rendering.text import render_text
from whygrad.rendering.verdicts import summary_of_all
from whygrad.report import Report, say


@dataclass(frozen=True)
class Checked:
    """A file, its text, and what its check gave: the object of `--format json`."""

    file: str
    text: str
    result: Mapping[str, Any]

    @property
    def error(self) -> WhygradError | None:
        """Why the file could not be checked, with its place."""
        if self.result["status"] != "error":
            return None
        facts = dict(self.result["error"])
        if facts.get("line") and not facts.get("place"):
            facts["place"] = {"file": self.file, "line": facts["line"]}
        return error_of(facts)


def full(checked: Iterable[Checked]) -> None:
    """For people: each finding at its place, with numbers, reason and repair. Errors on standard error."""
    shown: list[Checked] = []
    for one in checked:
        if shown:
            print()
        shown.append(one)
        if one.error:
            failures.tell(one.error, {one.file: one.text})
        else:
            print(render_text(report_of(one.result, one.text)), flush=True)
    if len(shown) > 1:
        total = say(summary_of_all([one.result for one in shown]))
        print("", render_text(Report("", (total,))), sep="\n")


def one_line_each(checked: Iterable[Checked]) -> None:
    """For editors and terminals: a line for each finding. Errors on standard error."""
    for one in checked:
        if one.error:
            failures.write(concise(one.result))
        else:
            print(concise(one.result), flush=True)


def sentences(checked: Iterable[Checked]) -> None:
    """For screen readers: sentences alone. Errors on standard error."""
    for one in checked:
        if one.error:
            failures.write(plain(one.result, one.text))
        else:
            print(plain(one.result, one.text), flush=True)


def for_programs(checked: Iterable[Checked]) -> None:
    """One JSON object: of a single file its result, of several a list of results under `results`."""
    results = [one.result for one in checked]
    print(json.dumps(results[0] if len(results) == 1 else together(results), indent=2))


def together(results: list[Mapping[str, Any]]) -> dict[str, Any]:
    """The results of several files as one object; its status is the worst of theirs."""
    worst = max((result["status"] for result in results), key=list(STATUS).index)
    return {"version": 1, "status": worst, "results": results}


def for_github(checked: Iterable[Checked]) -> None:
    """Workflow commands, which GitHub Actions shows beside the lines."""
    for one in checked:
        commands = workflow_commands(one.result)
        if commands:
            print(commands, flush=True)


def for_scanners(checked: Iterable[Checked]) -> None:
    """A SARIF 2.1.0 log."""
    done = list(checked)
    results = [one.result for one in done]
    texts = {one.file: one.text for one in done}
    print(json.dumps(sarif_log(results, texts, rules_of(all_pages()), __version__), indent=2))


STATUS: Mapping[str, int] = MappingProxyType({"right": 0, "undecided": 0, "wrong": 1, "error": 2})
"""Verdict on a file -> exit status, from best to worst."""

OUTPUTS: Mapping[str, Callable[[Iterable[Checked]], None]] = MappingProxyType(
    {
        "full": full,
        "text": full,
        "concise": one_line_each,
        "plain": sentences,
        "json": for_programs,
        "github": for_github,
        "sarif": for_scanners,
    }
)
