"""`whygrad check FILE`: are the gradients in this file right, and if not, where and why."""

from __future__ import annotations

import argparse
import json
from typing import Any

from whygrad.commands.arguments import add_time_limit
from whygrad.errors import NoGradientError, UsageError, WhygradError, error_of
from whygrad.isolation import ask
from whygrad.rendering.findings import report_of
from whygrad.rendering.text import render_text
from whygrad.source import Source, read_source

STATUS = {"right": 0, "undecided": 0, "wrong": 1, "error": 2}

EXAMPLES = """\
examples:
  whygrad check neuron.py
  whygrad check neuron.py --formula "sigmoid(w0*x0 + w1*x1 + w2)"
  whygrad check layer.py --forward forward --backward backward --input "x=randn(4,3)"
  whygrad check neuron.py --format json

exit status: 0 nothing wrong found, 1 something wrong found, 2 the check could not be made
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("file", metavar="FILE", help="a Python file with a forward and a backward pass")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="for people or programs")
    add_time_limit(parser)
    hints = parser.add_argument_group("hints", "each is guessed well without them")
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
    """Check a file and print the verdict; returns the exit status."""
    source = read_source(args.file)
    _refuse_empty(source)
    request = {"task": "check", "path": args.file, "hints": hints_of(args)}
    result = ask(request, args.time_limit)["result"]
    if args.format == "json":
        print(json.dumps(result, indent=2))
    elif result["status"] == "error":
        raise _error_in(result, source)
    else:
        print(render_text(report_of(result, source.text)))
    return STATUS[result["status"]]


def hints_of(args: argparse.Namespace) -> dict[str, Any]:
    """The hints that were given, by the names of `checking.evidence.Hints`."""
    hints = {name: getattr(args, name) for name in ("output", "forward", "backward", "upstream", "inputs")}
    hints |= {
        "formula": args.formula,
        "wrt": [name.strip() for name in (args.wrt or "").split(",") if name.strip()],
        "gradients": _pairs("--gradient", args.gradient, "grad_x=x"),
        "input": _pairs("--input", args.input, "x=randn(4,3)"),
    }
    return {name: value for name, value in hints.items() if value}


def _refuse_empty(source: Source) -> None:
    lines = (line.strip() for line in source.text.splitlines())
    if all(not line or line.startswith("#") for line in lines):
        raise NoGradientError(
            f"{source.filename} has no code in it, only blank lines or comments",
            hint="write a forward pass and its gradients into it, such as: y = x * w; grad_x = w",
        )


def _pairs(flag: str, texts: list[str], example: str) -> dict[str, str]:
    pairs = {}
    for text in texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not (name and equals and value):
            raise UsageError(f"{flag} {text!r} is not of the form {example}", hint=f'{flag} "{example}"')
        pairs[name] = value
    return pairs


def _error_in(result: dict[str, Any], source: Source) -> WhygradError:
    facts = dict(result["error"])
    if facts.get("line") and not facts.get("place"):
        facts["place"] = {"file": source.filename, "line": facts["line"]}
    return error_of(facts)
