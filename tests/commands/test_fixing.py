"""Edits written into files: only what was verified, only into the text that was checked, nothing lost."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from tests.rendering.results import finding, result

from whygrad.commands import fixing
from whygrad.errors import UsageError
from whygrad.rendering.repairs import edits_of


def test_what_is_left_to_the_user_is_counted():
    both = result(finding(), finding(certainty="likely"))
    assert fixing.left_out(both, {}) == "2 findings left to you: no edit that was run and found right"
    assert fixing.left_out(result(finding()), edits_of(result(finding()))) == ""


def test_a_file_that_changed_meanwhile_is_left_alone():
    with pytest.raises(UsageError, match="was changed while it was being checked"):
        fixing.mended("f.py", "x = 1\n", {1: ("x = 2", "x = 3")})


def test_writing_keeps_the_old_file_the_mode_the_encoding_and_links(tmp_path: Path):
    real, link = tmp_path / "real.py", tmp_path / "link.py"
    old = "# -*- coding: latin-1 -*-\r\ns = 'é'\r\n"
    real.write_bytes(old.encode("latin-1"))
    real.chmod(0o750)
    os.symlink(real, link)
    new = fixing.mended("link.py", old, {2: ("s = 'é'", "s = 'ö'\nt = 1")})
    kept = Path(fixing.write(str(link), new))
    assert real.read_bytes() == "# -*- coding: latin-1 -*-\r\ns = 'ö'\r\nt = 1\r\n".encode("latin-1")
    assert link.is_symlink() and stat.S_IMODE(real.stat().st_mode) == 0o750
    assert kept.name == "real.py.orig" and kept.read_bytes() == old.encode("latin-1")
    assert fixing.write(str(link), old).endswith("real.py.orig2")
    assert kept.read_bytes() == old.encode("latin-1"), "what is kept is never overwritten"
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "link.py",
        "real.py",
        "real.py.orig",
        "real.py.orig2",
    ]


def test_a_difference_is_one_that_patch_takes():
    shown = fixing.difference("f.py", "a = 1\nb = 2", "a = 1\nb = 3")
    assert shown.startswith(
        "--- a/f.py\n+++ b/f.py\n@@ -1,2 +1,2 @@\n a = 1\n-b = 2\n\\ No newline at end of file\n"
    )
