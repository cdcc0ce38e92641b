"""The gallery of the docs is what the command draws now."""

import xml.etree.ElementTree as ElementTree

from docs import gallery


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
