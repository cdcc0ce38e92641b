"""Modules that are not there: siblings are found, the rest is replaced, and said where it is used."""

import ast
import importlib
import subprocess
import sys
import textwrap

import pytest

from whygrad.absent import _guarded_lines
from whygrad.loading import run_definitions
from whygrad.source import Source

PROBE = """
import sys
from whygrad.absent import install, missing_modules, served_package
finder = install({path!r})
names = {{"__name__": "__main__", "__package__": served_package()}}
exec(compile(open({path!r}).read(), {path!r}, "exec"), names)
print(missing_modules(), names["result"])
"""


def run(folder, text: str, **siblings: str) -> str:
    (folder / "user.py").write_text(textwrap.dedent(text))
    for name, content in siblings.items():
        (folder / f"{name}.py").write_text(textwrap.dedent(content))
    probe = PROBE.format(path=str(folder / "user.py"))
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_missing_library_may_be_imported_and_decorate(tmp_path):
    text = """
        import plotting_of_nobody as plt
        plt.rcParams["figure.figsize"] = (10, 8)
        @plt.jit(nopython=True)
        def f(x): return x + 1
        @plt.jit
        def g(x): return f(x)
        class A(plt.Base): pass
        result = g(1)
    """
    assert run(tmp_path, text) == "['plotting_of_nobody'] 2"


def test_its_use_says_what_is_missing(tmp_path):
    text = """
        from data_of_nobody import load
        try:
            load("a", 3)
        except ImportError as error:
            result = error
    """
    said = "`data_of_nobody.load` is used, and its module is neither installed nor beside the file"
    assert said in run(tmp_path, text)


def test_siblings_are_found_by_their_last_name_and_relatively(tmp_path):
    text = """
        from course.layers import *
        from .losses import loss
        from ..losses import loss as same
        result = affine(2) + loss(1) + same(1)
    """
    layers, losses = "def affine(x): return 2 * x", "def loss(x): return x"
    assert run(tmp_path, text, layers=layers, losses=losses).endswith(" 6")


def test_imports_that_are_guarded_fail_as_they_should(tmp_path):
    text = """
        try:
            import fast_of_nobody
            result = "stand-in"
        except ImportError:
            result = "slow"
    """
    assert run(tmp_path, text) == "[] slow"


def test_modules_of_python_2_have_their_new_names(tmp_path):
    text = """
        import cPickle as pickle
        from past.builtins import xrange
        result = len(pickle.dumps(1)) > 0, list(xrange(2))
    """
    assert run(tmp_path, text) == "[] (True, [0, 1])"


def test_what_stands_in_a_try_is_looked_for_once():
    """A module that imports what is not there is run hundreds of times."""
    text = "try:\n    import fast\nexcept ImportError:\n    fast = None\nimport other\n"
    assert _guarded_lines(text) == {2}
    assert _guarded_lines(text) is _guarded_lines("".join(text))
    assert _guarded_lines("try:\n") == set()


def test_what_is_not_installed_is_served_only_while_the_file_runs():
    """Once its definitions are loaded, imports of the caller's own fail as they did before."""
    source = Source("square.py", "import not_there_either\ndef square(x):\n    return x * x\n")
    finders, folders = sys.meta_path[:], sys.path[:]
    assert run_definitions(source, ast.parse(source.text))["square"](3.0) == 9.0
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("not_there_either")
    assert (sys.meta_path, sys.path) == (finders, folders)
