"""The command `whygrad`: reads the arguments, calls one command, turns errors into messages and a status."""

from __future__ import annotations

import argparse
import errno
import io
import json
import os
import signal
import sys
from collections.abc import Sequence
from itertools import pairwise
from typing import NoReturn

from whygrad import __version__
from whygrad.commands import check, code, derive, explain, failures, ops, show
from whygrad.errors import DefectError, UsageError, WhygradError

COMMANDS = {
    "check": (check, "check the gradients of a file: what is wrong, where, why, and the repair"),
    "explain": (explain, "explain every number of the gradients of a file or a formula"),
    "show": (show, "draw the circuit with its values and gradients"),
    "derive": (derive, "write the backward pass, in the names of the file, checked before it is shown"),
    "ops": (ops, "list the operations with their derivatives, domains and kinks"),
    "code": (code, "explain a code such as WG203"),
}

EXAMPLES = """\
examples:
  whygrad check neuron.py
  whygrad explain "sigmoid(w*x + b)" --at "w=2, x=-1, b=3" --why w
  whygrad show neuron.py --out neuron.svg
  whygrad derive neuron.py
  whygrad code WG203
"""


class _Parser(argparse.ArgumentParser):
    """Raises where argparse would print and exit, so that `--format json` can answer in JSON."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(message, hint=f"{self.prog} --help")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status (0 fine, 1 something wrong found, 2 could not be done)."""
    words = [_guarded(word) for word in (sys.argv[1:] if argv is None else argv)]
    if sys.stdout is None:  # `>&-`: the status is all that is asked for
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="replace")  # a name that this terminal cannot write must not end us
    try:
        status = _run(words)
        sys.stdout.flush()  # a closed pipe shows here, where it can still be met quietly
        return status
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except BrokenPipeError:
        # The reader has seen enough (`| head`). Python flushes once more at exit: give it somewhere to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + 13


def _guarded(word: str) -> str:
    """A formula such as `-x*y` looks like an option to argparse, unless a blank is in it."""
    return f" {word}" if len(word) > 1 and word[0] == "-" and word[1] not in "-h" else word


def build_parser() -> argparse.ArgumentParser:
    """The arguments of all commands."""
    parser = _Parser(
        prog="whygrad",
        description="Why is my gradient what it is?",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"whygrad {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, (command, summary) in COMMANDS.items():
        below = commands.add_parser(
            name,
            help=summary,
            description=summary[0].upper() + summary[1:] + ".",
            epilog=command.EXAMPLES,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        command.configure(below)
        below.set_defaults(run=command.run)
    return parser


def _run(words: list[str]) -> int:
    args = argparse.Namespace()
    try:
        build_parser().parse_args(words, namespace=args)
        return int(args.run(args))
    except WhygradError as error:
        return _fail(error, words, args)
    except BrokenPipeError:
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            full = UsageError("the output cannot be written: the disk is full", hint="df -h .")
            return _fail(full, words, args)
        if os.environ.get("WHYGRAD_DEBUG"):
            raise
        return _fail(DefectError.of(error, "in its command"), words, args)


def _fail(error: WhygradError, words: list[str], args: argparse.Namespace) -> int:
    if _wants_json(words):
        files = getattr(args, "files", [])
        file = files[0] if len(files) == 1 else None
        print(json.dumps(failures.failed_check(file, error), indent=2))
    else:
        texts = {"<formula>": getattr(args, "target", ""), "<point>": getattr(args, "at", "")}
        failures.tell(error, texts)
    return failures.ERROR_STATUS


def _wants_json(words: list[str]) -> bool:
    """Read from the words themselves: they may be the very thing that could not be parsed."""
    return "--format=json" in words or ("--format", "json") in pairwise(words)
