"""`whygrad derive FILE-or-FORMULA`: the backward pass as code that a careful colleague would write."""

from __future__ import annotations

import argparse
from typing import Any

from whygrad.commands.arguments import add_time_limit, is_file, named_pairs
from whygrad.errors import UsageError
from whygrad.isolation import ask
from whygrad.source import read_source

EXAMPLES = """\
examples:
  whygrad derive neuron.py
  whygrad derive "sigmoid(w*x + b)"
  whygrad derive layers.py --function affine_forward --input "x=randn(4, 3)" --input "w=randn(3, 5)"
"""

TARGETS = ("python", "numpy", "latex")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("target", metavar="FILE-or-FORMULA", help='a Python file, or text such as "w*x + b"')
    parser.add_argument("--to", choices=TARGETS, default="", help="by default what the file itself uses")
    parser.add_argument("--function", metavar="NAME", default="", help="which function of the file")
    parser.add_argument(
        "--output", metavar="NAME", default="", help="of a script: the variable to differentiate"
    )
    parser.add_argument("--wrt", metavar="NAMES", default="", help="differentiate by these only: a,b")
    parser.add_argument(
        "--inputs", metavar="FUNC", default="", help="a function of the file that makes example inputs"
    )
    parser.add_argument(
        "--input",
        metavar='"x=randn(4,3)"',
        action="append",
        default=[],
        help="an example value of a parameter",
    )
    parser.add_argument(
        "--at", metavar='"w=2, x=-1"', default="", help="values of the inputs of a script or formula"
    )
    parser.add_argument(
        "--no-check", action="store_true", help="do not run what was written before it is shown"
    )
    parser.add_argument("--forward", action="store_true", help="the tangents in forward mode, dot_x beside x")
    parser.add_argument(
        "--order", type=int, default=1, metavar="2", help="2: the Hessian times a direction, v_x"
    )
    parser.add_argument(
        "--into", action="store_true", help="write it into the file: below `# backward`, or in place of `...`"
    )
    parser.add_argument("--teach", metavar="N", type=int, default=0, help="leave N lines as exercises")
    add_time_limit(parser)


def run(args: argparse.Namespace) -> int:
    """Print the text; returns the exit status."""
    path = args.target if is_file(args.target) else ""
    if path:
        read_source(path)
    request: dict[str, Any] = {
        "task": "derive",
        "path": path,
        "formula": "" if path else args.target,
        "to": args.to,
        "function": args.function,
        "output": args.output,
        "wrt": [name.strip() for name in args.wrt.split(",") if name.strip()],
        "inputs": args.inputs,
        "input": named_pairs("--input", args.input, "x=randn(4,3)"),
        "at": args.at,
        "check": not args.no_check,
        "forward": args.forward,
        "order": args.order,
        "into": args.into,
        "teach": args.teach,
    }
    if args.into and not path:
        raise UsageError("--into writes into a file, not a formula", hint="whygrad derive FILE --into")
    reply = ask(request, args.time_limit)
    if not args.into:
        print(reply["text"], end="")
        return 0
    try:
        with open(path, "w", encoding="utf-8", newline="") as stream:
            stream.write(reply["text"])
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None
    print(f"wrote {path}")
    return 0
