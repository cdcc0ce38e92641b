"""PNG through the optional package: a picture of the size asked for, and a clear message without it."""

import importlib
import struct

import pytest

from whygrad.errors import UsageError
from whygrad.rendering.png import can_render_png, render_png
from whygrad.rendering.svg import render_svg


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
def test_a_picture_has_the_size_of_the_drawing(neuron, theme):
    pytest.importorskip("resvg_py", reason="resvg-py is not installed")
    svg = render_svg(neuron, theme=theme)
    data = render_png(svg, zoom=2)
    assert data.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", data[16:24])
    stated = svg.partition(' width="')[2].partition('"')[0]
    assert width == 2 * int(stated) and height > 300


def test_without_the_package_the_message_says_what_to_install(monkeypatch):
    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    assert not can_render_png()
    with pytest.raises(UsageError, match="resvg-py") as told:
        render_png("<svg/>")
    assert told.value.hint == 'pip install "whygrad[png]"'
