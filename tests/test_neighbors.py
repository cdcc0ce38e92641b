"""What lies beside a file is read patiently: what can be run of it is run."""

import subprocess
import sys
import textwrap

PROBE = """
import sys
from whygrad.absent import install, served_package
install({path!r})
names = {{"__name__": "__main__", "__package__": served_package()}}
exec(compile(open({path!r}).read(), {path!r}, "exec"), names)
print(names["result"])
"""


def result(folder, files: dict[str, str], checked: str) -> str:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(textwrap.dedent(text))
    probe = PROBE.format(path=str(folder / checked))
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_module_that_loads_data_at_its_end_gives_its_functions(tmp_path):
    files = {
        "helpers.py": """
            from __future__ import division
            def half(x): return x / 2
            table = open("nowhere.csv").read()
            def double(x): return 2 * x
        """,
        "user.py": "from helpers import half, double\nresult = half(3), double(3)",
    }
    assert result(tmp_path, files, "user.py") == "(1.5, 6)"


def test_a_module_in_python_2_is_read(tmp_path):
    files = {
        "old.py": 'def say(x):\n    print "x is", x\n    return x + 1\n',
        "user.py": "from old import say\nresult = say(1)",
    }
    assert result(tmp_path, files, "user.py").endswith("2")


def test_the_package_of_the_file_may_draw_when_it_is_imported(tmp_path):
    files = {
        "net/__init__.py": "from .plots import draw\nfrom .base import Base\n",
        "net/plots.py": 'import plotting_of_nobody as plt\nplt.style.use("dark")\ndef draw(): pass\n',
        "net/base.py": "class Base:\n    size = 3\n",
        "net/layers.py": "from net import Base\nfrom .base import Base as B\nresult = Base.size + B.size",
    }
    assert result(tmp_path, files, "net/layers.py") == "6"


def test_installed_libraries_and_those_of_python_are_left_alone():
    probe = (
        "import os, whygrad.absent as a; a.install(os.path.join(os.path.dirname(os.__file__), 'x.py')); "
        "import wave, numpy.fft; print(type(wave.__loader__).__name__, type(numpy.fft.__loader__).__name__)"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, timeout=60)
    assert done.stdout.split() == ["SourceFileLoader", "SourceFileLoader"]
