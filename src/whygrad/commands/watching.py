"""`--watch`: check again whenever a file was saved, until the user has had enough (Ctrl-C).

Looks at the files a few times a second; nothing needs to be installed, and it works on network drives, too.
An editor may replace the file or write it in pieces: a file that is gone is waited for, one that still
changes is left alone until it rests.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence

from whygrad.rendering.terminal import can_draw, wants_color

PAUSE = 0.2
"""Seconds between two looks."""
Stamp = tuple[int, int, int] | None


def watch(files: Sequence[str], check: Callable[[], int]) -> int:
    """Run `check` now and after each save; returns its last status when interrupted."""
    status = 0
    try:
        while True:
            seen = stamps(files)
            _clear()
            status = check()
            print(f"\nwatching {_named(files)}; Ctrl-C ends it", flush=True)
            wait_for_change(files, seen)
    except KeyboardInterrupt:
        print()
        return status


def wait_for_change(files: Sequence[str], seen: list[Stamp]) -> None:
    """Until the files are others than those seen, all there, and the same at two looks running."""
    before = seen
    while True:
        time.sleep(PAUSE)
        now = stamps(files)
        if now != seen and now == before and None not in now:
            return
        before = now


def stamps(files: Sequence[str]) -> list[Stamp]:
    """What tells one state of each file from another; None for a file that is not there."""
    return [_stamp(file) for file in files]


def _stamp(file: str) -> Stamp:
    try:
        status = os.stat(file)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def _clear() -> None:
    """A clean screen where there is one; elsewhere a rule between one check and the next."""
    if sys.stdout.isatty() and wants_color():
        print("\x1b[2J\x1b[3J\x1b[H", end="", flush=True)
    else:
        print(("─" if can_draw() else "-") * 40, time.strftime("%H:%M:%S"), flush=True)


def _named(files: Sequence[str]) -> str:
    return files[0] if len(files) == 1 else f"{len(files)} files"
