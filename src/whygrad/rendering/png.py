"""SVG to PNG, by the optional package resvg-py."""

from __future__ import annotations

import importlib
from typing import Any

from whygrad.errors import UsageError


def render_png(svg: str, zoom: float = 2.0) -> bytes:
    """An SVG document as a PNG picture, `zoom` pixels for each point.

    Raises UsageError where resvg-py is not installed, and where the picture would be too large.
    """
    made: bytes = bytes(_resvg().svg_to_bytes(svg_string=svg, zoom=int(zoom) if zoom == int(zoom) else zoom))
    return made


def can_render_png() -> bool:
    """Whether resvg-py is at hand."""
    try:
        _resvg()
    except UsageError:
        return False
    return True


def _resvg() -> Any:
    try:
        return importlib.import_module("resvg_py")
    except ImportError:
        raise UsageError(
            "a .png picture needs the package resvg-py, which is not installed",
            hint='pip install "whygrad[png]"',
        ) from None
