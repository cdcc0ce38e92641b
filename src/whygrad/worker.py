"""The child process of `isolation`: reads one request, does it, writes one line of JSON.

Before anything of the user's runs, the reply's pipe is moved out of its reach, its output goes nowhere,
memory is bounded, and `faulthandler` is armed to say where the script was when it crashed or ran out of time.
"""

from __future__ import annotations

import base64
import contextlib
import faulthandler
import gc
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import IO, TYPE_CHECKING, Any

from whygrad.absent import install
from whygrad.errors import DefectError, FormulaError, LimitError, NoGradientError, ScriptError, WhygradError
from whygrad.handover import provide, taken
from whygrad.modernization import modern
from whygrad.rendering.text import render_text
from whygrad.report import Report
from whygrad.source import Source, read_source

if TYPE_CHECKING:
    from whygrad.diagnosis import CheckResult

MEMORY_BYTES = 8 << 30
LATER = 2.0
"""Seconds past its limit after which a worker that nobody ends does so itself."""
COLLECT_AFTER = 20_000
"""New objects after which garbage is looked for: a check makes many that live long, and ends soon."""
PROGRESS = b"~"
"""Before a line that tells how far the work has come."""
KNOWN = b"?"
"""Before a line with the answer as far as it is known."""

Request = Mapping[str, Any]
Reply = dict[str, Any]


def check(request: Request) -> Reply:
    """Check a file, or the `text` given for it: `result` is what `whygrad check --format json` prints."""
    with _uncollected():
        from whygrad.batch import NO_TIME, check_whole
        from whygrad.checking.evidence import hints_of

    path, hints = request["path"], request["hints"]
    source = Source(path, request["text"]) if "text" in request else read_source(path)
    _become(path)
    if "values" in request:
        sys.path += [entry for entry in request["search"] if entry not in sys.path]
        values = taken(request["values"])
        provide(values.get("given", {}))
        hints = {**hints, "given": values.get("inputs", {})}
    source, remark = modern(source)
    remarks = [remark] if remark else []

    def tell(known: CheckResult) -> None:
        said = known.to_json()
        request["known"]({"result": {**said, "notes": [*remarks, *said["notes"], NO_TIME]}})

    result = check_whole(source, hints_of(hints), request["seconds"], request["progress"], tell)
    result["notes"] = [*remarks, *result["notes"]]
    return {"result": result}


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Loading makes no garbage, and what is loaded stays: no fork need look it through, and copy it."""
    gc.disable()
    yield
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, 20, 20)
    gc.enable()


def explain(request: Request) -> Reply:
    """Explain a file or formula: `text` for the terminal that the request describes."""
    from whygrad.explanation import explain as explained

    subject, notes = _subject(request)
    report = explained(subject, why=request["why"] or None, level=request["level"])
    return {"text": _drawn(request, report), "notes": notes}


def show(request: Request) -> Reply:
    """Draw the circuit of a file or formula: `text`, or the contents of a `file` in base64."""
    from whygrad.api import drawing_of

    subject, notes = _subject(request)
    drawing = drawing_of(subject, request["group"], request["theme"], request["backward"])
    if request["out"]:
        return {"file": base64.b64encode(drawing.as_file(request["out"])).decode(), "notes": notes}
    return {"text": _drawn(request, Report("", (drawing.circuit,))), "notes": notes}


def page(request: Request) -> Reply:
    """The page of a file or formula: its `title`, and its document as packed `data`."""
    from whygrad.page.document import document_of
    from whygrad.page.html import packed

    if not request["path"]:
        subject, notes = _subject(request)
        document = document_of(subject, grouped=request["group"])
    else:
        document, notes = _checked_page(request)
    return {"title": document["title"], "data": packed(document), "notes": notes}


def derive(request: Request) -> Reply:
    """Derive a file or formula: `text` is code."""
    from whygrad.derivation import derive_requested

    if request["path"]:
        _become(request["path"])
    return {"text": derive_requested(request)}


def _checked_page(request: Request) -> tuple[dict[str, Any], tuple[str, ...]]:
    from whygrad.checking.evidence import hints_of
    from whygrad.page.claims import with_check
    from whygrad.page.document import document_of
    from whygrad.scripts import read_script
    from whygrad.tracing.points import parse_point

    _become(request["path"])
    if request.get("function"):
        subject, notes = _function(request)
        return document_of(subject, grouped=request["group"]), notes
    try:
        point = parse_point(request["at"])
        reading = read_script(request["path"], point, hints_of(request.get("hints") or {}))
    except (NoGradientError, FormulaError):
        subject, notes = _function(request)
        return document_of(subject, grouped=request["group"]), notes
    document = document_of(reading.subject, grouped=request["group"])
    if reading.result is not None:
        claimed = reading.claimed(point)
        entries = reading.subject.ledger()
        document = with_check(document, entries, reading.result, reading.source, reading.edits, claimed)
    return document, reading.notes


def _subject(request: Request) -> tuple[Any, tuple[str, ...]]:
    from whygrad.explanation.subjects import subject_of

    if not request["path"]:
        return subject_of(request["formula"], (), request["at"]), ()
    from whygrad.scripts import subject_of_script
    from whygrad.tracing.points import parse_point

    _become(request["path"])
    if request.get("function"):
        return _function(request)
    try:
        return subject_of_script(request["path"], parse_point(request["at"]))
    except (NoGradientError, FormulaError):
        return _function(request)


def _function(request: Request) -> tuple[Any, tuple[str, ...]]:
    """A function of the file: the one that is named, or, where nothing else is in the file, the only one.

    Where neither is the case, what was raised before stands.
    """
    from whygrad.functions import has_functions_only, subject_of_file

    path, name = request["path"], request.get("function", "")
    if not name and not has_functions_only(path):
        raise
    return subject_of_file(path, name, request["at"])


def _drawn(request: Request, report: Report) -> str:
    return render_text(report, request["width"], request["color"], request["unicode"])


TASKS: dict[str, Callable[[Request], Reply]] = {
    "check": check,
    "explain": explain,
    "show": show,
    "page": page,
    "derive": derive,
}


def answer(request: Request) -> bytes:
    """The reply to a request, a line of JSON; whatever goes wrong on the way is an error with a code."""
    try:
        return _line(TASKS[request["task"]](request))
    except BaseException as error:
        if os.environ.get("WHYGRAD_DEBUG") and not isinstance(error, WhygradError):
            raise
        name = os.path.basename(request.get("path") or "") or "the formula"
        return _line({"error": _told(error, name).facts()})


def main() -> None:
    """Serve the request on standard input, then end at once: threads of the script are not waited for."""
    pid = os.getpid()
    request = json.loads(sys.stdin.buffer.read())
    reply, trace = _take_pipes()
    faulthandler.enable(trace)
    if hasattr(signal, "SIGUSR1"):
        faulthandler.register(signal.SIGUSR1, file=trace, all_threads=False)
    faulthandler.dump_traceback_later(request["seconds"] + LATER, exit=True, file=trace)
    _limit_memory()
    _limit_copies()

    def progress(said: Mapping[str, Any]) -> None:
        faulthandler.dump_traceback_later(request["seconds"] + LATER, exit=True, file=trace)  # begins anew
        reply.write(request.get("token", "").encode() + PROGRESS + _line(dict(said)))
        reply.flush()

    def known(said: Reply) -> None:
        reply.write(request.get("token", "").encode() + KNOWN + _line(said))
        reply.flush()

    line = answer({**request, "progress": progress, "known": known})
    if os.getpid() == pid:  # not in a copy that the script forked
        reply.write(request.get("token", "").encode() + line)
        reply.flush()
    os._exit(0)


def _line(reply: Reply) -> bytes:
    return json.dumps(reply, allow_nan=False).encode() + b"\n"


def _take_pipes() -> tuple[IO[bytes], IO[bytes]]:
    """Private copies of standard output and error; the well-known ones lead nowhere from here on."""
    reply, trace = os.fdopen(os.dup(1), "wb"), os.fdopen(os.dup(2), "wb")
    if not os.environ.get("WHYGRAD_DEBUG"):
        nowhere = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(nowhere, number)
    return reply, trace


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    # RLIMIT_DATA counts what is private and writable: CUDA reserves far more address space than it uses.
    for kind, bound in ((resource.RLIMIT_DATA, MEMORY_BYTES), (resource.RLIMIT_CORE, 0)):
        _, hard = resource.getrlimit(kind)
        soft = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
        resource.setrlimit(kind, (soft, hard))


def _limit_copies() -> None:
    """A copy that the script forked may work for it, but not fork again.

    The script is run many times; copies that go on and fork in their turn would double each time.
    """
    generation = 0

    def copied() -> None:
        nonlocal generation
        batch = sys.modules.get("whygrad.batch")
        if batch is not None and batch.FORKING:  # a unit of the file, forked by whygrad itself
            batch.FORKING.clear()
            return
        generation += 1
        if generation > 1:
            os._exit(0)
        os.nice(10)

    if hasattr(os, "register_at_fork"):  # not on Windows
        os.register_at_fork(after_in_child=copied)


def _become(path: str) -> None:
    """What `python FILE` sets: the script's folder comes first on the path, its name is all of `argv`."""
    sys.argv = [path]
    sys.path.insert(0, os.path.dirname(os.path.abspath(path)))
    install(path)


def _told(error: BaseException, name: str) -> WhygradError:
    """An error as one of ours; those that nobody foresaw are defects of whygrad, and said to be."""
    if isinstance(error, WhygradError):
        return error
    if isinstance(error, MemoryError):
        return LimitError(
            f"{name} asked for more memory than it may have ({MEMORY_BYTES >> 30} GiB)",
            hint="make its arrays smaller: a gradient is checked as well on small shapes",
        )
    if isinstance(error, RecursionError):
        return LimitError(
            f"{name} recursed too deeply", hint="look for a function that calls itself without end"
        )
    if isinstance(error, SystemExit | KeyboardInterrupt):
        return ScriptError(
            f"{name} ended itself by {type(error).__name__} before its gradients could be read",
            hint="remove the call that ends the script (sys.exit)",
        )
    return DefectError.of(error, f"on {name}")


if __name__ == "__main__":
    main()
