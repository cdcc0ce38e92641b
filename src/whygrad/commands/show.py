"""`whygrad show FILE-or-FORMULA`: the circuit with its values and gradients, as a page, a picture or text."""

from __future__ import annotations

import argparse
import base64
import os

from whygrad.commands.arguments import add_subject, ask_about
from whygrad.commands.pages import open_page, write_page
from whygrad.errors import UsageError

WIDEST = 6000
"""Points; a wide screen has about 4000."""

ENDINGS = (".html", ".svg", ".png", ".dot", ".txt")

EXAMPLES = """\
examples:
  whygrad show "sigmoid(w0*x0 + w1*x1 + w2)" --at "w0=2, w1=-3, w2=-3, x0=-1, x1=-2"
  whygrad show neuron.py --out neuron.html
  whygrad show neuron.py --group --out neuron.svg
  whygrad show neuron.py --text
  whygrad show --live neuron.py
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_subject(parser)
    parser.add_argument(
        "--out", metavar="FILE", default="", help="write a page (.html), a picture (.svg, .png), .dot or .txt"
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
    """Show in the browser, or draw here or into a file; returns the exit status."""
    if args.out:
        _refuse_unwritable(args.out)
    if args.live:
        from whygrad.commands.following import follow  # a web server, which no other command needs

        return follow(args)
    if not args.text and (not args.out or args.out.lower().endswith(".html")):
        reply = ask_about(args, "page", group=args.group)
        if args.out:
            write_page(args.out, reply)
        else:
            open_page(reply)
        return 0
    reply = ask_about(args, "show", out=args.out, group=args.group, theme=args.theme, backward=args.backward)
    if not args.out:
        print(reply["text"])
        return 0
    data = base64.b64decode(reply["file"])
    try:
        with open(args.out, "wb") as stream:
            stream.write(data)
    except OSError as error:
        raise UsageError(f"{args.out} cannot be written: {error.strerror}") from None
    print(f"wrote {args.out}{_width_note(args.out, data)}")
    return 0


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
