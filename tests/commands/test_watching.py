"""`--watch` as a process: it checks on save, however the editor saves, and ends on Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.test_cli import RIGHT, WRONG

COMMAND = "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
COMMAND += "from whygrad.cli import main; sys.exit(main(sys.argv[1:]))"
"""A shell starts its background jobs with interrupts ignored, and children inherit that."""


class Watcher:
    """The command watching a file, and what it has printed so far."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", COMMAND, "check", "script.py", "--watch", "--format", "concise"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=folder,
            env=os.environ | {"NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"},
        )  # fmt: skip
        self.lines: list[str] = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    def after(self, checks: int) -> list[str]:
        """What the last of so many checks printed."""
        deadline = time.monotonic() + 60
        while sum("watching" in line for line in self.lines) < checks:
            assert time.monotonic() < deadline and self.process.poll() is None, self.lines
            time.sleep(0.02)
        starts = [k for k, line in enumerate(self.lines) if line.startswith("────")]
        assert len(starts) == checks, self.lines
        return self.lines[starts[-1] + 1 :]

    def interrupt(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(20)


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "script.py"
    path.write_text(WRONG)
    return path


@pytest.fixture
def watcher(script: Path) -> Iterator[Watcher]:
    started = Watcher(script.parent)
    yield started
    started.process.kill()
    started.process.wait()


def test_it_checks_on_every_save_and_ends_on_an_interrupt(script: Path, watcher: Watcher) -> None:
    assert "script.py:7:10: WG2" in watcher.after(1)[0]
    script.write_text(RIGHT)
    assert watcher.after(2)[0] == "script.py: all 3 gradients of `y` are right"
    # As many editors save: a new file takes the place of the old one.
    new = script.with_name(".script.py.swp")
    new.write_text("w = = 2\n")
    os.replace(new, script)
    assert watcher.after(3)[0].startswith("script.py:1:5: WG601")
    # As others do: the file is gone for a while.
    script.unlink()
    time.sleep(0.6)
    script.write_text(RIGHT)
    assert watcher.after(4)[0] == "script.py: all 3 gradients of `y` are right"
    assert watcher.interrupt() == 0
    assert not [line for line in watcher.lines if "Traceback" in line or "Interrupt" in line]


def test_a_save_during_a_check_is_not_missed(script: Path, watcher: Watcher) -> None:
    watcher.after(1)
    script.write_text("import time\ntime.sleep(2)\n" + WRONG)
    time.sleep(1.0)  # the second check is running, and has read the file
    script.write_text(RIGHT)
    assert watcher.after(3)[0] == "script.py: all 3 gradients of `y` are right"
    assert watcher.interrupt() == 0


def test_an_interrupt_during_a_check_ends_it(script: Path) -> None:
    started = script.parent / "started"
    script.write_text(f"import time\nopen({str(started)!r}, 'w').close()\ntime.sleep(100)\n" + WRONG)
    watcher = Watcher(script.parent)
    while not started.exists():
        time.sleep(0.02)
        assert watcher.process.poll() is None
    assert watcher.interrupt() == 0
    assert not [line for line in watcher.lines if "Traceback" in line]
