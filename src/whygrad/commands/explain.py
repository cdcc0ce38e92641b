"""`whygrad explain FILE-or-FORMULA`: every number of the gradients, and where it comes from."""

from __future__ import annotations

import argparse

from whygrad.commands.arguments import add_subject, ask_about

EXAMPLES = """\
examples:
  whygrad explain "sigmoid(w0*x0 + w1*x1 + w2)" --at "w0=2, w1=-3, w2=-3, x0=-1, x1=-2"
  whygrad explain "sigmoid(w*x + b)" --at "w=2, x=-1, b=3" --why b
  whygrad explain layer.py --why W1 --level line
  whygrad explain neuron.py
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_subject(parser)
    parser.add_argument("--why", metavar="NAME", default="", help="answer for one variable, in sentences")
    parser.add_argument(
        "--level", choices=("line", "steps", "full"), default="full", help="how much --why tells"
    )
    parser.add_argument("--width", metavar="COLUMNS", type=int, help="lines no longer than this")


def run(args: argparse.Namespace) -> int:
    """Print the explanation; returns the exit status."""
    reply = ask_about(args, "explain", why=args.why, level=args.level, width=args.width)
    print(reply["text"])
    return 0
