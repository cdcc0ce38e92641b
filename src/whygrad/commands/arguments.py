"""Arguments that several commands share."""

from __future__ import annotations

import argparse
import math
import os
from collections.abc import Mapping
from typing import Any

from whygrad.errors import ScriptError, UsageError
from whygrad.isolation import DEFAULT_SECONDS, Child
from whygrad.rendering.terminal import can_draw, terminal_width, wants_color
from whygrad.source import read_source

LONGEST = 86400.0


def add_time_limit(parser: argparse.ArgumentParser) -> None:
    """Declare `--time-limit`."""
    parser.add_argument(
        "--time-limit",
        metavar="SECONDS",
        type=seconds,
        default=DEFAULT_SECONDS,
        help=f"stop after this long, and say where (default {DEFAULT_SECONDS:g})",
    )


def add_subject(parser: argparse.ArgumentParser) -> None:
    """Declare what is to be explained or shown, and where."""
    parser.add_argument(
        "target",
        metavar="FILE-or-FORMULA",
        help='a Python file (FILE:NAME for a function of it), or text such as "w*x + b"',
    )
    parser.add_argument("--at", metavar='"w=2, x=-1"', default="", help="values of the inputs")
    add_time_limit(parser)


def ask_about(
    args: argparse.Namespace, task: str, *, quiet: bool = False, formula: str | None = None, **details: Any
) -> dict[str, Any]:
    """The child's reply about a file or formula; what had to be done first is printed, unless `quiet`.

    A `formula` is taken as one even where a file has its name.
    """
    reply = asked_about(args, task, formula=formula, **details).reply()
    if not quiet:
        tell_notes(reply)
    return reply


def asked_about(args: argparse.Namespace, task: str, *, formula: str | None = None, **details: Any) -> Child:
    """A child that has been asked about a file or formula; its reply may be awaited later."""
    target, function = file_and_function(args.target)
    path = target if formula is None and is_file(target) else ""
    if path:
        read_source(path)
    request = {
        "task": task,
        "path": path,
        "function": function if path else "",
        "formula": "" if path else args.target,
        "at": args.at,
        "width": terminal_width(),
        "color": wants_color(),
        "unicode": can_draw(),
    }
    given = {name: value for name, value in details.items() if value is not None}
    return Child(request | given, args.time_limit)


def tell_notes(reply: Mapping[str, Any]) -> None:
    """Print what had to be done before a question could be answered."""
    for note in reply.get("notes", ()):
        print(note)


def file_and_function(target: str) -> tuple[str, str]:
    """`layers.py:loss` as the file and its function; the function of any other target is empty."""
    path, _, name = target.rpartition(":")
    return (path, name) if path.endswith(".py") and name.isidentifier() else (target, "")


def is_file(target: str) -> bool:
    """A slash alone does not make a path: `a/b` is a formula."""
    if os.path.exists(target) or target.endswith(".py"):
        return True
    if os.path.exists(f"{target}.py"):
        raise ScriptError(f"there is no file {target}", hint=f"did you mean {target}.py?")
    return False


def named_pairs(flag: str, texts: list[str], example: str) -> dict[str, str]:
    """`name=value` texts as a dictionary; UsageError for what has another form."""
    pairs = {}
    for text in texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not (name and equals and value):
            raise UsageError(f"{flag} {text!r} is not of the form {example}", hint=f'{flag} "{example}"')
        pairs[name] = value
    return pairs


def seconds(text: str) -> float:
    """A positive, finite number of seconds; argparse tells the rest."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value <= LONGEST:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds between 0 and {LONGEST:g}")
    return value
