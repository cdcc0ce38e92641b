"""`whygrad ops [NAME]`: the operations and their derivatives, as their records state them."""

from __future__ import annotations

import argparse

from whygrad.rendering.text import render_text

EXAMPLES = """\
examples:
  whygrad ops
  whygrad ops maximum
  whygrad ops np.fabs
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("name", metavar="NAME", nargs="?", help="one operation; without it, all in a table")


def run(args: argparse.Namespace) -> int:
    """Print the table, or the record of one operation; returns the exit status."""
    from whygrad.explanation.operations import page_of_operation, table_of_operations  # loads NumPy

    print(render_text(page_of_operation(args.name) if args.name else table_of_operations()))
    return 0
