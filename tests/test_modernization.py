"""Python 2 read as Python 3: what changes, what stays, and what is said."""

from __future__ import annotations

import ast

import pytest

from whygrad.modernization import modern
from whygrad.source import Source


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("print 'a', x\n", "print('a', x)\n"),
        ("print\nprint 1\n", "print()\nprint(1)\n"),
        ("print 'loss: %f' % loss  # told\n", "print('loss: %f' % loss)  # told\n"),
        ("print x,\n", "print(x, end=' ')\n"),
        ("print ('%d') % n; print 2\n", "print(('%d') % n); print(2)\n"),
        ("print 'b'\nprint >>err, 'a', 1\n", "print('b')\nprint('a', 1, file=err)\n"),
        ("if x: print 'a'\n", "if x: print('a')\n"),
        ("print 'a' % (1,\n           2)\n", "print('a' % (1,\n           2))\n"),
        ("try:\n    pass\nexcept IOError, e:\n    raise ValueError, 'no'\n",
         "try:\n    pass\nexcept IOError as e:\n    raise ValueError('no')\n"),
        ("if a <> b:\n    print a\n", "if a != b:\n    print(a)\n"),
        ("if x:\n\ty = 1\n        z = 2\n", "if x:\n        y = 1\n        z = 2\n"),
    ],
)  # fmt: skip
def test_what_python_3_writes_otherwise(old: str, new: str) -> None:
    source, said = modern(Source("old.py", old))
    assert source.text == new and "Python 2" in said
    ast.parse(source.text)


@pytest.mark.parametrize(
    "text",
    [
        "print('a')\n",
        "x = 1\n",
        "print = 3\n",
        "def f(:\n    print 1\n",
        "print 'a\n",
        "this is no code\n",
        "",
    ],
)
def test_what_is_python_3_or_nothing_stays(text: str) -> None:
    source = Source("new.py", text)
    assert modern(source) == (source, "")


def test_lines_keep_their_numbers() -> None:
    text = "import numpy as np\nprint 'start'\nx = np.ones(3)\ny = (x ** 2).sum()\nprint y\ndx = 2 * x\n"
    source, said = modern(Source("old.py", text))
    kept = [k for k, line in enumerate(text.split("\n")) if "print" not in line]
    assert [source.text.split("\n")[k] for k in kept] == [text.split("\n")[k] for k in kept]
    assert "lines 2, 5" in said
