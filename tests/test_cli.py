"""The command as people and programs call it: real processes, their output and exit status."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import whygrad

ROOT = Path(__file__).resolve().parents[1]
SEED = ROOT / "examples" / "sigmoid_neuron.py"

RIGHT = """\
import math
w = 2.0
x = -1.5
z = w * x
y = math.tanh(z)
grad_z = 1 - y * y
grad_w = grad_z * x
grad_x = grad_z * w
"""
WRONG = RIGHT.replace("grad_w = grad_z * x", "grad_w = y * x")

BAD_SCRIPTS = {
    "syntax error": ("w = 2.0\ny = = w\n", ["WG601", "script.py:2"]),
    "raises beyond repair": ("w = 2.0\ny = open('/no/such/data')\ngrad_w = y\n", ["script.py", "2"]),
    "never ends": (
        "w = 2.0\nwhile True:\n    w += 0\ngrad_w = w\n",
        ["WG604", "2 seconds", "line"],
    ),
    "no gradients": ("w = 2.0\ny = w * w\n", ["WG603", "gradient"]),
    "no differentiable output": ("w = 2\nname = 'a'\ngrad_w = 'b'\n", ["WG603"]),
    "empty": ("", ["WG603"]),
    "asks for input": ("w = float(input())\ny = w * w\ngrad_w = 2 * w\n", ["EOF"]),
    "leaves": ("import sys\nsys.exit(3)\n", ["script.py"]),
    "ends its process": ("import os\nos._exit(0)\n", ["WG601", "os._exit"]),
    "crashes Python": ("import ctypes\nctypes.string_at(0)\n", ["WG601", "SIGSEGV", "line 2"]),
    "recurses": ("def f(w):\n    return f(w)\ngrad_w = f(2.0)\n", ["script.py"]),
    "eats memory": ("w = [0.0] * 10**11\ngrad_w = w\n", ["Memory"]),
}


def limit_for(name: str) -> str:
    """Seconds: short only where the limit is what is tested, for a busy machine is slow to start."""
    return "2" if name == "never ends" else "30"


def whygrad_(*words: str, cwd: Path = ROOT, timeout: float = 60) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if k not in ("FORCE_COLOR", "WHYGRAD_DEBUG")}
    return subprocess.run(
        [sys.executable, "-m", "whygrad", *words],
        cwd=cwd, env=environment | {"NO_COLOR": "1", "PYTHONPATH": str(ROOT / "src"), "COLUMNS": "120"},
        capture_output=True, text=True, timeout=timeout, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def assert_told(done: subprocess.CompletedProcess[str], *words: str) -> None:
    """A clear message: a code, the words, one suggestion, and nothing of ours spilled."""
    assert done.returncode == 2, done.stdout + done.stderr
    assert done.stdout == ""
    assert re.match(r"WG6\d\d ", done.stderr), done.stderr
    assert "help: " in done.stderr
    assert "Traceback" not in done.stderr and "whygrad itself failed" not in done.stderr
    flat = " ".join(done.stderr.split())
    assert [word for word in words if word not in flat] == []


def error_object(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """Standard output as exactly one JSON object with status "error"."""
    assert done.returncode == 2 and done.stderr == "", done.stderr
    said: dict[str, Any] = json.loads(
        done.stdout, parse_constant=lambda name: pytest.fail(f"{name} is not JSON")
    )
    assert set(said) >= {"version", "file", "status", "output", "variables", "findings", "error"}
    assert said["status"] == "error" and said["findings"] == []
    assert re.fullmatch(r"WG6\d\d", said["error"]["code"]) and said["error"]["message"]
    return said


@pytest.fixture
def script(tmp_path: Path) -> Path:
    return tmp_path / "script.py"


@pytest.mark.parametrize("name", BAD_SCRIPTS)
def test_a_bad_script_is_told_clearly(name: str, script: Path) -> None:
    text, words = BAD_SCRIPTS[name]
    script.write_text(text)
    assert_told(whygrad_("check", str(script), "--time-limit", limit_for(name)), *words)


@pytest.mark.parametrize("name", BAD_SCRIPTS)
def test_a_bad_script_is_one_json_object(name: str, script: Path) -> None:
    script.write_text(BAD_SCRIPTS[name][0])
    error_object(whygrad_("check", str(script), "--time-limit", limit_for(name), "--format", "json"))


def test_files_that_are_none(tmp_path: Path, script: Path) -> None:
    script.write_text(RIGHT)
    assert_told(
        whygrad_("check", str(tmp_path / "scrpt.py")), "there is no file", "did you mean", "script.py?"
    )
    assert_told(whygrad_("check", str(tmp_path)), "is a directory", "name a file in it")
    assert_told(whygrad_("check", str(tmp_path / "none" / "x.py")), "there is no file")
    (tmp_path / "binary").write_bytes(bytes(range(256)))
    assert_told(whygrad_("check", str(tmp_path / "binary")), "binary")
    (tmp_path / "latin.py").write_bytes("# caf\xe9\nw = 1\n".encode("latin-1"))
    assert_told(whygrad_("check", str(tmp_path / "latin.py")), "UTF-8", "line 1")
    (tmp_path / "long.py").write_text("#" * 3_000_000)
    assert_told(whygrad_("check", str(tmp_path / "long.py")), "2 MB")
    for word in ("scrpt.py", ".", "binary", "latin.py", "long.py"):
        said = error_object(whygrad_("check", word, "--format=json", cwd=tmp_path))
        assert said["file"] == word


@pytest.mark.parametrize(
    "words",
    [
        [], ["chek"], ["check"], ["check", str(SEED), "--format", "yaml"],
        ["check", str(SEED), "--time-limit", "soon"], ["check", str(SEED), "--time-limit", "-1"],
        ["check", str(SEED), "--time-limit", "nan"], ["check", str(SEED), "--gradient", "grad_x"],
        ["check", str(SEED), "--input", "=3"], ["check", str(SEED), "--forwards", "f"], ["code", "WG999"],
        ["show", "w*x", "--at", "w=1, x=2", "--out", "x.jpg"], ["show", "w*x", "--out", "picture"],
        ["show", "w*x", "--at", "w=1, x=2", "--out", "/no/such/folder/x.svg"], ["explain", "w*x", "--why"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_bad_usage_is_told(words: list[str]) -> None:
    assert_told(whygrad_(*words), "WG605")


def test_bad_usage_is_json_where_json_was_asked_for() -> None:
    assert error_object(whygrad_("check", "--format", "json"))["error"]["code"] == "WG605"
    assert error_object(whygrad_("check", str(SEED), "--format", "json", "--wat"))["error"]["code"] == "WG605"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["explain", "w*x +", "--at", "w=1, x=2"], ["WG602"]),
        (["explain", "__import__('os').system('true')"], ["WG602"]),
        (["explain", "(" * 5000 + "w" + ")" * 5000, "--at", "w=1"], ["WG602"]),
        (["explain", "w*x", "--at", "w=1"], ["x"]),
        (["explain", "w*x", "--at", "w=1, x=2, z=3"], ["z"]),
        (["explain", "w*x", "--at", "w=1, x=evil()"], ["WG602"]),
        (["explain", "w*x", "--at", "w=1, x=2", "--why", "b"], ["b"]),
        (["explain", "none.py"], ["there is no file"]),
        (["show", "w*x", "--at", "w=1, x="], ["WG602"]),
    ],
    ids=lambda value: " ".join(value)[:40],
)
def test_bad_formulas_and_points_are_told(words: list[str], expected: list[str]) -> None:
    assert_told(whygrad_(*words), *expected)


@pytest.mark.parametrize(("text", "status"), [(RIGHT, 0), (WRONG, 1)], ids=["right", "wrong"])
def test_the_exit_status_is_the_verdict(text: str, status: int, script: Path) -> None:
    script.write_text(text)
    for form in ("text", "json"):
        done = whygrad_("check", str(script), "--format", form)
        assert (done.returncode, done.stderr) == (status, "")
    assert json.loads(done.stdout)["status"] == ("wrong" if status else "right")


def test_what_the_script_prints_cannot_reach_the_answer(script: Path) -> None:
    noise = "import os, sys\nprint('x' * 5_000_000)\nsys.stderr.write('y' * 5_000_000)\nos.write(1, b'}{')\n"
    script.write_text(noise + RIGHT + "os.system('echo shell')\n")
    done = whygrad_("check", str(script), "--format", "json")
    assert done.returncode == 0 and done.stderr == ""
    assert json.loads(done.stdout)["status"] == "right"


def test_a_process_left_behind_by_the_script_is_not_waited_for(script: Path) -> None:
    script.write_text("import os, time\nif os.fork() == 0:\n    time.sleep(600)\n" + RIGHT)
    start = time.monotonic()
    done = whygrad_("check", str(script), "--format", "json")
    assert done.returncode in (0, 2) and json.loads(done.stdout)
    assert time.monotonic() - start < 15


def test_a_script_beside_modules_with_the_names_of_ours_is_safe(script: Path) -> None:
    script.write_text(RIGHT)
    for name in ("json", "ast", "random", "whygrad"):
        (script.parent / f"{name}.py").write_text("raise SystemExit('shadowed')\n")
    done = subprocess.run(
        [sys.executable, "-P", "-m", "whygrad", "check", "script.py"],
        cwd=script.parent, env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_the_script_finds_its_neighbours_and_its_data(script: Path) -> None:
    (script.parent / "numbers_of_mine.py").write_text("W = 2.0\n")
    script.write_text(RIGHT.replace("w = 2.0", "from numbers_of_mine import W\nw = 1.0 * W"))
    assert whygrad_("check", str(script)).returncode == 0


def test_help_version_and_codes() -> None:
    assert whygrad_("--version").stdout == f"whygrad {whygrad.__version__}\n"
    for words in ([], ["check"], ["explain"], ["show"], ["ops"], ["code"]):
        done = whygrad_(*words, "--help")
        assert done.returncode == 0 and "examples:" in done.stdout
    codes = re.findall(r"^\W*(WG\d\d\d)", whygrad_("code").stdout, re.MULTILINE)
    assert codes == sorted(set(codes)) and {"WG203", "WG601"} <= set(codes)
    page = whygrad_("code", "wg203")
    assert page.returncode == 0 and page.stdout.startswith("WG203: ")


def test_operations_are_listed_and_told_one_by_one() -> None:
    assert "logaddexp" in whygrad_("ops").stdout
    one = whygrad_("ops", "np.fabs")
    assert one.returncode == 0 and "sign(x)" in one.stdout and "0 is chosen at 0" in one.stdout
    missing = whygrad_("ops", "histogram")
    assert missing.returncode == 2 and "no rule" in missing.stderr + missing.stdout


@pytest.mark.parametrize("formula", ["-x*y", "-x", "-3*x*y"])
def test_a_formula_may_begin_with_a_minus(formula: str) -> None:
    done = whygrad_("explain", formula, "--at", "x=1, y=2" if "y" in formula else "x=1")
    assert done.returncode == 0 and f"The gradient of {formula}" in done.stdout


def test_what_nobody_can_read_is_told_and_drawn_by_its_repetitions(script: Path) -> None:
    script.write_text("x = 0.5\ny = x\nfor i in range(2500):\n    y = y * 0.5 + x\ngrad_x = 2.0\n")
    told = whygrad_("explain", str(script))
    assert told.returncode == 0 and "2497 x for i (from 2): 2 rows" in told.stdout
    drawn = whygrad_("show", str(script), "--text")
    assert drawn.returncode == 0 and "[2497 x for i (from 2)]" in drawn.stdout


def test_a_closed_pipe_is_quiet() -> None:
    command = f"{sys.executable} -m whygrad code | head -n 1"
    done = subprocess.run(["sh", "-c", command], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.stderr == "" and done.stdout


def test_an_interrupt_is_quiet_and_leaves_nothing_running(script: Path) -> None:
    started = script.parent / "started"
    script.write_text(
        f"import time\nopen({str(started)!r}, 'w').close()\ntime.sleep(100)\ngrad_w = w = 1.0\n"
    )
    # A shell starts its background jobs with interrupts ignored, and children inherit that.
    command = "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
    command += "from whygrad.cli import main; sys.exit(main(sys.argv[1:]))"
    child = subprocess.Popen(
        [sys.executable, "-c", command, "check", str(script)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT,
    )  # fmt: skip
    while not started.exists():
        time.sleep(0.02)
        assert child.poll() is None
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=20)
    assert (child.returncode, out, err) == (130, b"", b"")


@pytest.mark.parametrize("form", ["full", "concise", "plain", "github"])
def test_a_terminal_that_cannot_write_a_name_shows_the_rest(form: str, script: Path) -> None:
    script.write_text("w = 2.0\nß = 3.0\ny = w * ß\ngrad_w = y\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "whygrad", "check", str(script), "--format", form],
        env=os.environ | {"PYTHONPATH": str(ROOT / "src"), "PYTHONIOENCODING": "ascii"},
        capture_output=True, timeout=60, cwd=ROOT,
    )  # fmt: skip
    assert (
        done.returncode == 1 and done.stderr == b"" and b"`grad_w` uses `y` where `?` belongs" in done.stdout
    )


def test_an_engine_that_cannot_be_explained_names_the_command_that_checks_it() -> None:
    done = whygrad_("explain", "examples/engine.py")
    hint = done.stderr.split("help: ")[1].split("  ")[0]
    assert (done.returncode, hint.split()[:3]) == (2, ["whygrad", "check", "examples/engine.py"])
    assert whygrad_(*hint.split()[1:3]).returncode == 1


def test_a_function_of_example_inputs_that_is_not_there_is_said(script: Path) -> None:
    script.write_text(RIGHT, encoding="utf-8")
    done = whygrad_("check", str(script), "--inputs", "nothing")
    assert (done.returncode, "there is no function `nothing`" in done.stderr) == (2, True)


def test_files_of_the_user_that_bear_names_of_the_library_are_left_alone(tmp_path):
    (tmp_path / "neuron.py").write_text(RIGHT)
    for name in ("token", "random", "string"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('the file of the user')\n")
    done = subprocess.run(
        [sys.executable, "-m", "whygrad", "check", "neuron.py"],
        cwd=tmp_path, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
