"""`whygrad check FILE ...`: are the gradients in these files right, and if not, where and why."""

from __future__ import annotations

import argparse
import os
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from whygrad.commands import fixing
from whygrad.commands.arguments import add_time_limit, named_pairs
from whygrad.commands.failures import failed_check
from whygrad.commands.outputs import OUTPUTS, STATUS, Checked
from whygrad.commands.pages import check_page
from whygrad.commands.watching import watch
from whygrad.errors import NoGradientError, UsageError, WhygradError
from whygrad.isolation import Child
from whygrad.rendering.repairs import Edits, edits_of
from whygrad.rendering.revealing import LEVELS, revealed
from whygrad.rendering.verdicts import counted
from whygrad.source import Source, read_source

EXAMPLES = """\
examples:
  whygrad check neuron.py
  whygrad check neuron.py --watch
  whygrad check layers.py optimizers.py --format concise
  whygrad check neuron.py --formula "sigmoid(w0*x0 + w1*x1 + w2)"
  whygrad check layer.py --forward forward --backward backward --input "x=randn(4,3)"
  whygrad check neuron.py --fix

exit status: 0 nothing wrong found, 1 something wrong found, 2 a check could not be made
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "files", metavar="FILE", nargs="+", help="a Python file with a forward and a backward pass"
    )
    parser.add_argument(
        "--format", choices=tuple(OUTPUTS), default="full",
        help="full (or text): for people; concise: a line for each finding; plain: sentences, for screen "
        "readers; json, sarif: for programs; github: beside the lines of a pull request",
    )  # fmt: skip
    parser.add_argument(
        "--reveal", choices=LEVELS, default="repair", help="how much is told, for courses (default: all)"
    )
    parser.add_argument("--watch", action="store_true", help="check again whenever a file is saved")
    parser.add_argument(
        "--fix", action="store_true", help="write the verified edits; the file as it was is kept beside it"
    )
    parser.add_argument(
        "--page",
        metavar="FILE.html",
        help="write a page too: your gradients beside the true ones in the circuit",
    )
    parser.add_argument("--diff", action="store_true", help="only show what --fix would write, as a diff")
    add_time_limit(parser)
    _add_hints(parser.add_argument_group("hints", "each is guessed well without them"))


def _add_hints(hints: argparse._ArgumentGroup) -> None:
    hints.add_argument("--output", metavar="NAME", help="the variable whose gradient is taken")
    hints.add_argument("--wrt", metavar="a,b", help="the variables that gradients are taken by")
    hints.add_argument(
        "--gradient", metavar="grad_x=x", action="append", default=[], help="this holds the gradient of that"
    )
    hints.add_argument("--forward", metavar="FUNC", help="function or method of the forward pass")
    hints.add_argument("--backward", metavar="FUNC", help="function or method of the backward pass")
    hints.add_argument("--upstream", metavar="dout", help="the argument that holds the upstream gradient")
    hints.add_argument("--inputs", metavar="FUNC", help="function of the file that returns example inputs")
    hints.add_argument(
        "--input", metavar="x=randn(4,3)", action="append", default=[], help="an example input, or its shape"
    )
    hints.add_argument("--formula", metavar="TEXT", help="what the forward pass is meant to compute")


def run(args: argparse.Namespace) -> int:
    """Check the files and print what was found; returns the exit status, the worst of all files."""
    _refuse_contradictions(args)
    hints = hints_of(args)
    if args.diff:
        return _show_edits(args, hints)
    if args.watch:
        return watch(args.files, partial(_check, args, hints))
    return _check(args, hints)


def _check(args: argparse.Namespace, hints: dict[str, Any]) -> int:
    status = 0

    def noted(checked: Iterable[Checked]) -> Iterator[Checked]:
        nonlocal status
        for one in checked:
            yield one
            status = max(status, STATUS[one.result["status"]])

    found = checks(args.files, hints, args.time_limit)
    if args.fix:
        found = (_fixed(one, hints, args) for one in found)
    elif args.reveal != "repair":
        found = (Checked(c.file, c.text, revealed(c.result, args.reveal)) for c in found)
    OUTPUTS[args.format](noted(found))
    if args.page:
        check_page(args.files, args.page, hints, args.time_limit)
    return status


def checks(files: Iterable[str], hints: dict[str, Any], seconds: float) -> Iterator[Checked]:
    """Each file with its text and result, in order; as many at a time as there are processors."""
    ahead = os.cpu_count() or 1
    started: deque[tuple[str, str, Child | WhygradError]] = deque()
    rest = iter(dict.fromkeys(files))
    try:
        while True:
            for file in rest:
                started.append((file, *_started(file, hints, seconds)))
                if len(started) >= ahead:
                    break
            if not started:
                return
            file, text, child = started.popleft()
            yield Checked(file, text, _result(file, child))
    finally:
        for _, _, child in started:
            if isinstance(child, Child):
                child.stop()


def _started(file: str, hints: dict[str, Any], seconds: float) -> tuple[str, Child | WhygradError]:
    try:
        source = read_source(file)
        _refuse_empty(source)
    except WhygradError as error:
        return "", error
    progress = partial(_announce, file) if sys.stderr.isatty() else None
    return source.text, Child({"task": "check", "path": file, "hints": hints}, seconds, progress)


def _announce(file: str, said: Mapping[str, Any]) -> None:
    """How far a file of many units has come, on one line of the terminal that is written over."""
    end = "\r\x1b[K" if said["done"] == said["of"] else ""
    line = f"{os.path.basename(file)}: {said['done']} of {said['of']} checked, {said['unit']}"
    sys.stderr.write(f"\r\x1b[K{line[:78]}{end}")
    sys.stderr.flush()


def _result(file: str, child: Child | WhygradError) -> dict[str, Any]:
    if isinstance(child, WhygradError):
        return failed_check(file, child)
    try:
        result: dict[str, Any] = child.reply()["result"]
    except WhygradError as error:
        return failed_check(file, error)
    return result


def _show_edits(args: argparse.Namespace, hints: dict[str, Any]) -> int:
    """`--diff`: the edits on standard output, everything else on standard error."""
    status = 0
    for one in checks(args.files, hints, args.time_limit):
        status = max(status, STATUS[one.result["status"]])
        edits = edits_of(one.result)
        if edits:
            after = fixing.mended(one.file, one.text, edits)
            print(fixing.difference(one.file, one.text, after), end="", flush=True)
        OUTPUTS["concise"]([one]) if one.error else _say(one, edits)
    return status


def _say(one: Checked, edits: Edits) -> None:
    rest = fixing.left_out(one.result, edits)
    said = f"would edit {counted(len(edits), 'line')}" if edits else "nothing to edit"
    print("; ".join(filter(None, (f"{one.file}: {said}", rest))), file=sys.stderr)


def _fixed(one: Checked, hints: dict[str, Any], args: argparse.Namespace) -> Checked:
    """The file with its verified edits written, checked again."""
    edits = edits_of(one.result)
    if one.error or not edits:
        return one
    after = fixing.mended(one.file, one.text, edits)
    kept = fixing.write(one.file, after)
    print(
        f"{one.file}: edited {counted(len(edits), 'line')}; as it was: {kept}; now checked again",
        file=sys.stderr, flush=True,
    )  # fmt: skip
    return next(checks([one.file], hints, args.time_limit))


def _refuse_contradictions(args: argparse.Namespace) -> None:
    """Flags that cannot be meant together."""
    said = [f"--{name}" for name in ("watch", "fix", "diff") if getattr(args, name)]
    if len(said) > 1:
        raise UsageError(f"{' and '.join(said)} cannot be used together", hint=f"leave out {said[-1]}")
    if args.reveal != "repair" and (args.fix or args.diff):
        raise UsageError(
            f"{said[0]} tells the repair, --reveal {args.reveal} does not", hint=f"leave out {said[0]}"
        )
    if args.watch and args.format in ("json", "sarif", "github"):
        raise UsageError("--watch is for people", hint="--watch --format concise")


def hints_of(args: argparse.Namespace) -> dict[str, Any]:
    """The hints that were given, by the names of `checking.evidence.Hints`."""
    hints = {name: getattr(args, name) for name in ("output", "forward", "backward", "upstream", "inputs")}
    hints |= {
        "formula": args.formula,
        "wrt": [name.strip() for name in (args.wrt or "").split(",") if name.strip()],
        "gradients": named_pairs("--gradient", args.gradient, "grad_x=x"),
        "input": named_pairs("--input", args.input, "x=randn(4,3)"),
    }
    return {name: value for name, value in hints.items() if value}


def _refuse_empty(source: Source) -> None:
    lines = (line.strip() for line in source.text.splitlines())
    if all(not line or line.startswith("#") for line in lines):
        raise NoGradientError(
            f"{source.filename} has no code in it, only blank lines or comments",
            hint="write a forward pass and its gradients into it, such as: y = x * w; grad_x = w",
        )
