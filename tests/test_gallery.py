"""The gallery of the docs is what the command draws now."""

import os
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from docs import gallery

import whygrad as wg

GOLDEN = Path(__file__).parent / "rendering" / "golden" / "gallery.txt"


def test_the_gallery_is_current():
    drawn = gallery.pictures()
    assert {path.name for path in gallery.PICTURES.iterdir()} == set(drawn), "python -m docs.gallery"
    for name, svg in drawn.items():
        kept = (gallery.PICTURES / name).read_text(encoding="utf-8")
        assert kept == svg, f"{name} is not what is drawn now: python -m docs.gallery, then look at it"
        ElementTree.fromstring(svg)
    assert (gallery.HERE / "gallery.md").read_text(encoding="utf-8") == gallery.page()


def test_no_picture_is_wider_than_a_wide_screen():
    for path in gallery.PICTURES.iterdir():
        width = int(path.read_text(encoding="utf-8").partition(' width="')[2].partition('"')[0])
        assert width <= 4000, path.name


def test_the_pictures_in_characters_are_as_reviewed():
    pieces = [piece for piece in gallery.PIECES if piece.name in ("two-layer-network", "lstm", "attention")]
    drawn = [wg.show(p.target, *p.args, at=p.at, grouped=True).text(100, False, True) for p in pieces]
    text = "\n\n".join(drawn) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_text(text, encoding="utf-8")
    assert GOLDEN.read_text(encoding="utf-8") == text, "UPDATE_GOLDEN=1 accepts this"
    assert max(map(len, text.splitlines())) <= 100
