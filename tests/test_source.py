from __future__ import annotations

import ast
import threading

import pytest

from whygrad.errors import ScriptError
from whygrad.source import Source, Span, edited, enclosing, new_site, read_source, site


def test_spans_count_characters_from_one():
    source = Source("f.py", "a = 1\nß = 'ö' + b\n")
    node = ast.parse(source.text).body[1]
    assert source.span_of(node) == Span(2, 1, 2, 12)
    assert source.span_of(node.value.right) == Span(2, 11, 2, 12)
    assert source.segment(source.span_of(node.value)) == "'ö' + b"


def test_segments_over_several_lines():
    source = Source("f.py", "x = (1 +\n     2)\r\ny = 3\n")
    node = ast.parse(source.text).body[0]
    assert source.segment(source.span_of(node)) == "x = (1 +\n     2)"
    assert source.line(3) == "y = 3"
    assert source.line(99) == ""


def test_sites_form_a_tree():
    source = Source("f.py", "for i in x:\n    y = i\n")
    loop = new_site(0, "loop", source, Span(1, 1, 2, 10))
    statement = new_site(loop, "statement", source, Span(2, 5, 2, 10))
    assert site(statement).text == "y = i"
    assert str(site(statement).place) == "f.py:2:5"
    assert enclosing(statement, "loop") is site(loop)
    assert enclosing(statement, "function") is None
    assert new_site(0, "module", source, Span(1, 1, 1, 1)) > 0


def test_threads_get_sites_of_their_own():
    source, numbers = Source("f.py", "x"), []

    def make():
        numbers.extend(new_site(0, "statement", source, Span(1, 1, 1, 2)) for _ in range(200))

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(numbers)) == 800


def test_files_are_read_in_their_encoding(tmp_path):
    path = tmp_path / "a.py"
    path.write_bytes("# -*- coding: latin-1 -*-\nx = 'é'\n".encode("latin-1"))
    assert read_source(str(path)).line(2) == "x = 'é'"
    path.write_bytes("x = 'é'\n".encode("latin-1"))
    with pytest.raises(ScriptError, match="line 1"):
        read_source(str(path))


@pytest.mark.parametrize("content", [b"\x7fELF\0\0", b"x" * 2_000_001], ids=["binary", "huge"])
def test_what_is_no_script_is_refused(tmp_path, content):
    path = tmp_path / "a.py"
    path.write_bytes(content)
    with pytest.raises(ScriptError) as caught:
        read_source(str(path))
    assert caught.value.hint


def test_paths_that_name_no_file(tmp_path):
    (tmp_path / "neuron.py").write_text("x = 1\n")
    with pytest.raises(ScriptError) as caught:
        read_source(str(tmp_path / "nueron.py"))
    assert "neuron.py" in caught.value.hint
    with pytest.raises(ScriptError) as caught:
        read_source(str(tmp_path))
    assert "neuron.py" in caught.value.hint


def test_edits_replace_whole_lines_and_keep_every_ending():
    text = "a\r\nb\rc\nd"
    assert edited(text, {1: ("a", "A\nAA"), 4: ("d", "D")}) == "A\r\nAA\r\nb\rc\nD"
    assert edited(text, {2: ("b", "")}) == "a\r\nc\nd"
    assert edited("a", {1: ("a", "b\nc")}) == "b\nc"
    assert edited(text, {}) == text


@pytest.mark.parametrize("line", [0, 2, 3])
def test_a_line_that_is_not_as_stated_is_not_edited(line):
    with pytest.raises(ValueError, match=f"line {line} is not `x`"):
        edited("x\ny\n", {line: ("x", "z")})
