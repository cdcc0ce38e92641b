"""`whygrad show FILE-or-FORMULA`: the circuit with its values and gradients, as a page, a picture or text."""

from __future__ import annotations

import argparse
import base64
import os
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

from whygrad.commands.arguments import add_subject, asked_about, tell_notes
from whygrad.commands.pages import open_page, write_page
from whygrad.errors import UsageError
from whygrad.isolation import Child

WIDEST = 6000
"""Points; a wide screen has about 4000."""

ENDINGS = (".html", ".svg", ".png", ".dot", ".txt")

EXAMPLES = """\
examples:
  whygrad show "sigmoid(w0*x0 + w1*x1 + w2)" --at "w0=2, w1=-3, w2=-3, x0=-1, x1=-2"
  whygrad show neuron.py --out neuron.html --out neuron.svg
  whygrad show neuron.py --group --out neuron.svg
  whygrad show neuron.py --text
  whygrad show layers.py:loss --at "w=randn(3), x=randn(4, 3)"
  whygrad show --live neuron.py
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_subject(parser)
    parser.add_argument(
        "--out",
        metavar="FILE",
        action="append",
        default=[],
        help="write a page (.html), a picture (.svg, .png), .dot or .txt; may be given several times",
    )
    parser.add_argument(
        "--theme", choices=("auto", "light", "dark", "print"), default="auto", help="colours of the picture"
    )
    parser.add_argument(
        "--live",
        action="store_true",
        help="a page that follows the file on every save (or a formula typed there)",
    )
    parser.add_argument("--text", action="store_true", help="draw in the terminal")
    parser.add_argument("--backward", action="store_true", help="draw the backward pass by itself")
    parser.add_argument("--group", action="store_true", help="draw each gate (sigmoid) as one box")


def run(args: argparse.Namespace) -> int:
    """Show in the browser, or draw here or into files; returns the exit status."""
    for out in args.out:
        _refuse_unwritable(out)
    if args.live:
        from whygrad.commands.following import follow  # a web server, which no other command needs

        return follow(args)
    with ExitStack() as stack:
        children = []
        for out in args.out or ("" if args.text else "page.html",):
            children.append(_asked(args, out))  # several draw at a time
            stack.callback(children[-1].stop)
        replies = [child.reply() for child in children]
    tell_notes(replies[0])
    if args.out:
        for out, reply in zip(args.out, replies, strict=True):
            _write(out, reply)
    elif args.text:
        print(replies[0]["text"])
    else:
        open_page(replies[0])
    return 0


def _asked(args: argparse.Namespace, out: str) -> Child:
    """A child that draws for one file, or for the terminal."""
    if out.lower().endswith(".html") and not args.text:
        return asked_about(args, "page", group=args.group)
    return asked_about(args, "show", out=out, group=args.group, theme=args.theme, backward=args.backward)


def _write(out: str, reply: Mapping[str, Any]) -> None:
    if "file" not in reply:
        write_page(out, reply)
        return
    data = base64.b64decode(reply["file"])
    try:
        with open(out, "wb") as stream:
            stream.write(data)
    except OSError as error:
        raise UsageError(f"{out} cannot be written: {error.strerror}") from None
    print(f"wrote {out}{_width_note(out, data)}")


def _width_note(out: str, data: bytes) -> str:
    """Said of a picture that no screen can show at once."""
    if not out.lower().endswith(".svg"):
        return ""
    width = int(data.partition(b' width="')[2].partition(b'"')[0])
    if width <= WIDEST:
        return ""
    return f" ({width} points wide: zoom in, show a shorter loop, or read the table of `whygrad explain`)"


def _refuse_unwritable(out: str) -> None:
    """Known before any work: a kind of picture that is not drawn, or a folder that is not there."""
    stem, extension = os.path.splitext(out)
    if extension.lower() not in ENDINGS:
        kind = f"{extension} files are" if extension else "a file without an extension is"
        raise UsageError(
            f"{out}: {kind} not written, only {', '.join(ENDINGS)}", hint=f"--out {stem or 'circuit'}.svg"
        )
    folder = os.path.dirname(out)
    if folder and not os.path.isdir(folder):
        raise UsageError(
            f"there is no folder {folder} to write {os.path.basename(out)} into", hint=f"mkdir -p {folder}"
        )
