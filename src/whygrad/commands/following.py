"""`whygrad show --live`: watches the file, asks the worker after each save, and tells the page."""

from __future__ import annotations

import argparse
import sys
import time
import webbrowser
from copy import copy

from whygrad.commands.arguments import ask_about, file_and_function, is_file
from whygrad.commands.live import Live, Page, told
from whygrad.commands.pages import has_screen
from whygrad.commands.watching import stamps, wait_for_change
from whygrad.errors import WhygradError


def follow(args: argparse.Namespace) -> int:
    """Serve the page until interrupted; returns the exit status. The first page must be possible."""
    path, _ = file_and_function(args.target)
    file = is_file(path)
    seen = stamps([path]) if file else []
    live = Live(_page(args), None if file else lambda formula, at: _page(args, formula, at))
    live.start()
    shown = sys.stdout.isatty() and has_screen() and webbrowser.open(live.url)
    print(f"{'opened' if shown else 'open'} {live.url}")
    print(f"it follows {args.target}; Ctrl-C ends it" if file else "Ctrl-C ends it", flush=True)
    try:
        while True:
            if file:
                wait_for_change([path], seen)
                seen = stamps([path])
                live.publish(_tried(args))
            else:
                time.sleep(3600)
    except KeyboardInterrupt:
        print()
        return 0
    finally:
        live.stop()


def _tried(args: argparse.Namespace) -> Page:
    """The page, or what stands in its way: a file is often saved half-written."""
    try:
        return _page(args)
    except WhygradError as error:
        return told(error)


def _page(args: argparse.Namespace, formula: str = "", at: str = "") -> Page:
    asked = copy(args)
    if formula:
        asked.target, asked.at = formula, at
    reply = ask_about(asked, "page", group=args.group, formula=formula or None, quiet=True)
    return {"title": reply["title"], "data": reply["data"]}
