"""Pages as files: written where asked, or beside other temporary files and opened in the browser."""

from __future__ import annotations

import os
import re
import sys
import tempfile
import webbrowser
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from whygrad.errors import UsageError
from whygrad.isolation import ask
from whygrad.page.html import html_of


def write_page(path: str | os.PathLike[str], reply: Mapping[str, Any]) -> None:
    """Write the page of a worker's reply (`title` and packed `data`), and say so."""
    print(f"wrote {save_page(path, reply['title'], reply['data'])}")


def check_page(files: Sequence[str], out: str, hints: Mapping[str, Any], seconds: float) -> None:
    """Write the page of a check, and say so beside the report; UsageError for several files."""
    if len(files) > 1:
        raise UsageError("a page shows one file", hint=f"whygrad check {files[0]} --page {out}")
    if not out.lower().endswith(".html"):
        raise UsageError(f"{out}: a page ends in .html", hint=f"--page {os.path.splitext(out)[0]}.html")
    reply = ask({"task": "page", "path": files[0], "at": "", "group": False, "hints": hints}, seconds)
    print(f"wrote {save_page(out, reply['title'], reply['data'])}", file=sys.stderr)


def save_page(path: str | os.PathLike[str], title: str, data: str) -> str:
    """Write a page and return its path; UsageError where it cannot be written."""
    name = os.fspath(path)
    try:
        Path(name).write_text(html_of(title, data), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{name} cannot be written: {error.strerror}") from None
    return name


def open_page(reply: Mapping[str, Any]) -> None:
    """Write the page to a new temporary folder, open it where there is a screen, and say where it is."""
    path = temporary_page(reply["title"], reply["data"])
    shown = sys.stdout.isatty() and has_screen() and webbrowser.open(Path(path).as_uri())
    print(f"{'opened' if shown else 'wrote'} {path}")
    if not shown:
        print("open it in a browser; or draw here: --text")


def temporary_page(title: str, data: str) -> str:
    """A page in a folder of its own, by a name that says what it shows."""
    stem = re.sub(r"[^A-Za-z0-9]+", "-", title).strip("-")[:40] or "circuit"
    return save_page(os.path.join(tempfile.mkdtemp(prefix="whygrad-"), f"{stem}.html"), title, data)


def has_screen() -> bool:
    """Whether a browser could show anything: a display, or a system that always has one."""
    if sys.platform in ("win32", "darwin"):
        return not os.environ.get("SSH_CONNECTION")
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or os.environ.get("BROWSER"))
