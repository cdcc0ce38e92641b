"""Runs one request in a child process, so that the user's script can do no harm to its asker.

The request goes in as JSON, the reply comes back as one line of JSON. A script that crashes, exits, eats
the memory or never ends becomes an error that says so, with its line where the child could still tell it.
Free of NumPy: the parent draws while the child computes.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from typing import IO, Any

from whygrad.errors import LimitError, Place, ScriptError, WhygradError, error_of

CHILD = "WHYGRAD_CHILD"
"""Set in the child's environment, to its token: a script that checks itself must not start children without
end, and what the script started can be found by it."""
DEFAULT_SECONDS = 20.0
_START = 0.3
"""What a child may take to start, beside its limit."""
_GRACE = 1.0
"""The child is asked where it is when its time is over; this much later it is killed, and ends itself."""
_TRACE_BYTES = 65536

Progress = Callable[[Mapping[str, Any]], None]
"""Told what the worker says on its way: `done` units `of` so many, the last one being `unit`."""


class Child:
    """A started request. `reply()` waits for the answer; the child never outlives it."""

    def __init__(
        self, request: Mapping[str, Any], seconds: float = DEFAULT_SECONDS, progress: Progress | None = None
    ) -> None:
        self.path = str(request.get("path") or "")
        self._progress = progress
        self.seconds = seconds
        self._lines: list[bytes] = []
        self._known = b""
        self._trace = bytearray()
        self._token = secrets.token_hex(16)
        self._process = subprocess.Popen(
            # -P: a random.py or numpy.py beside the user must not be imported in place of the library's.
            [sys.executable, "-P", "-m", "whygrad.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            env={**_environment(), CHILD: self._token},
        )
        self._deadline = time.monotonic() + seconds + _START
        self._readers = [
            threading.Thread(target=self._read_reply, daemon=True),
            threading.Thread(target=self._read_trace, daemon=True),
        ]
        for reader in self._readers:
            reader.start()
        _send(self._process, {**request, "seconds": seconds, "token": self._token})

    def reply(self) -> dict[str, Any]:
        """The worker's answer; raises the WhygradError that the worker met, or that its death amounts to."""
        try:
            self._wait()
            timed_out = time.monotonic() >= self._deadline
            ended = self._process.poll() is not None
            if timed_out and not ended and not self._lines:
                self._ask_for_the_place()
        finally:
            self.stop()
        if not self._lines and not (timed_out and self._known):
            raise self._death(timed_out, ended)
        answer: dict[str, Any] = json.loads(self._lines[0] if self._lines else self._known)
        if "error" in answer:
            raise error_of(answer["error"])
        return answer

    def _wait(self) -> None:
        """Until the reply is there, the child has died, or its time is over.

        Not until end of file: a process that the script left behind may hold the pipe open.
        """
        reader = self._readers[0]
        while reader.is_alive() and time.monotonic() < self._deadline:
            reader.join(0.05)
            if self._process.poll() is not None:
                reader.join(0.5)
                return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(0 if self._lines else 0.5)  # it has closed the pipe: the last thing it does

    def _ask_for_the_place(self) -> None:
        """Let `faulthandler` say where the child is, within the thread that it tells of.

        Told by another thread while it runs on, it changes its frames under the reader.
        """
        asked = getattr(signal, "SIGUSR1", None)
        if asked is None:
            return
        with contextlib.suppress(OSError):
            os.kill(self._process.pid, asked)
        until = time.monotonic() + _GRACE
        while time.monotonic() < until and b"_run_module_as_main" not in self._trace:
            time.sleep(0.02)

    def stop(self) -> None:
        """End the child and all that it started."""
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except (AttributeError, OSError):  # no process groups on Windows; or all gone already
            self._process.kill()
        self._process.wait()
        _end_leftovers(f"{CHILD}={self._token}".encode())
        self._readers[1].join(0.5)

    def _read_reply(self) -> None:
        """The line that bears the token: a script may write into any pipe that it finds open."""
        for line in _pipe(self._process.stdout):
            _, token, body = line.partition(self._token.encode())
            if token and body.startswith(b"~"):
                self._deadline = time.monotonic() + self.seconds + _START
                if self._progress is not None:
                    self._progress(json.loads(body[1:]))
            elif token and body.startswith(b"?"):
                self._known = body[1:]
            elif token and body.endswith(b"\n"):
                self._lines.append(body)
                return

    def _read_trace(self) -> None:
        stream = _pipe(self._process.stderr)
        while chunk := stream.read1(4096):  # type: ignore[attr-defined]
            self._trace += chunk[: max(0, _TRACE_BYTES - len(self._trace))]

    def _death(self, timed_out: bool, ended: bool) -> WhygradError:
        trace = self._trace.decode(errors="replace")
        if os.environ.get("WHYGRAD_DEBUG"):
            sys.stderr.write(trace)
        place = _place_in(trace, self.path)
        status = self._process.returncode
        name = os.path.basename(self.path) or "the work"
        at = f"; it was at line {place.line}" if place else ""
        if timed_out or "Timeout (" in trace:
            return LimitError(
                f"{name} did not end within {self.seconds:g} seconds{at}",
                hint=f"make its loops end, or give it more time: --time-limit {max(60, 3 * self.seconds):g}",
                place=place,
            )
        if not ended:
            return ScriptError(
                f"{name} closed the pipe by which its result is told{at}",
                hint="remove the call that closes files which it did not open (os.close)",
                place=place,
            )
        if "MemoryError" in trace or status == -signal.SIGKILL.value:
            return LimitError(
                f"{name} asked for more memory than it may have{at}",
                hint="make its arrays smaller: a gradient is checked as well on small shapes",
                place=place,
            )
        if status < 0:
            return ScriptError(
                f"{name} crashed the Python process that ran it ({_signal_name(-status)}){at}",
                hint=f"run it by itself: python {self.path or name}",
                place=place,
            )
        return ScriptError(
            f"{name} ended its process with status {status} before its gradients could be read{at}",
            hint="remove what ends the process or closes its files (os._exit, os.close)",
            place=place,
        )


def ask(request: Mapping[str, Any], seconds: float = DEFAULT_SECONDS) -> dict[str, Any]:
    """Run one request in a child process and return its reply; raises what `Child.reply` raises."""
    return Child(request, seconds).reply()


def _environment() -> dict[str, str]:
    """The user's own, with one BLAS thread (quicker to start; files are forked) and no window of `plt`."""
    quiet = {"OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "MPLBACKEND": "Agg"}
    return {**quiet, **os.environ}


def _end_leftovers(mark: bytes) -> None:
    """End what the script moved out of its process group (setsid); its environment still bears the mark.

    Only where /proc tells the environment (Linux); one more round for what was started meanwhile.
    """
    for _ in range(5):
        left = [pid for pid in _processes() if mark in _environment_of(pid)]
        if not left:
            return
        for pid in left:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)


def _processes() -> list[int]:
    try:
        return [int(name) for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        return []


def _environment_of(pid: int) -> list[bytes]:
    try:
        with open(f"/proc/{pid}/environ", "rb") as stream:
            return stream.read().split(b"\0")
    except OSError:  # gone, or somebody else's
        return []


def _send(process: subprocess.Popen[bytes], request: Mapping[str, Any]) -> None:
    """Write the request and close, so that `input()` in the user's script finds the end of the file."""
    stream = _pipe(process.stdin)
    try:
        stream.write(json.dumps(request).encode())
        stream.close()
    except BrokenPipeError:
        pass  # the child died at once; its death is told in reply()


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None
    return stream


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _place_in(trace: str, path: str) -> Place | None:
    """The innermost line of the user's file in what `faulthandler` wrote (most recent call first)."""
    if not path:
        return None
    names = {p.encode("ascii", "backslashreplace").decode() for p in (path, os.path.abspath(path))}
    for found in re.finditer(r'^  File "(.*)", line (\d+)', trace, re.MULTILINE):
        if found[1] in names:
            return Place(path, int(found[2]))
    return None
