"""`whygrad show --live`: the page in the browser follows the file on every save, or a formula as it is typed.

A server on this machine only: bound to the loopback, under a path nobody can guess, for requests that name
this host and come from its own page. It reads no path from a request and runs nothing that a request brings:
a formula is parsed by whygrad's own grammar, in a child process, with the limits of the command line.
"""

from __future__ import annotations

import contextlib
import json
import queue
import secrets
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from whygrad.errors import WhygradError
from whygrad.page.html import POLICY, html_of

HOSTS = ("127.0.0.1", "localhost")
LARGEST_BODY = 20_000
LONGEST_FORMULA = 4_000
MOST_READERS = 16
HEARTBEAT = 15.0
"""Seconds after which a silent stream of events says that it is still there."""
SECONDS = 20.0
"""Longest time in which a request must have arrived."""

Page = Mapping[str, Any]
"""`title` and packed `data`, or `error`."""
Ask = Callable[[str, str], Page]
"""The page of a formula at a point."""


class Live:
    """A page that is served and followed: `page` is what is shown now, `publish` changes it for all."""

    def __init__(self, page: Page, ask: Ask | None = None, port: int = 0) -> None:
        self.page, self.ask = page, ask
        self.token = secrets.token_urlsafe(18)
        self._readers: set[queue.SimpleQueue[Page]] = set()
        self._lock = threading.Lock()
        self.server = ThreadingHTTPServer((HOSTS[0], port), _handler(self))
        self.server.daemon_threads = True

    @property
    def port(self) -> int:
        return int(self.server.server_address[1])

    @property
    def url(self) -> str:
        return f"http://{HOSTS[0]}:{self.port}/{self.token}/"

    def start(self) -> None:
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def publish(self, page: Page) -> None:
        """Show another page, or an error beside the one that is shown."""
        with self._lock:
            if "error" not in page:
                self.page = page
            for reader in self._readers:
                reader.put(page)

    def subscribe(self) -> queue.SimpleQueue[Page] | None:
        """A queue of pages to come; None where there are too many readers."""
        with self._lock:
            if len(self._readers) >= MOST_READERS:
                return None
            reader: queue.SimpleQueue[Page] = queue.SimpleQueue()
            self._readers.add(reader)
            return reader

    def unsubscribe(self, reader: queue.SimpleQueue[Page]) -> None:
        with self._lock:
            self._readers.discard(reader)


def told(error: WhygradError) -> Page:
    """An error as a page tells it."""
    hint = f" {error.hint}" if error.hint else ""
    return {"error": f"{error.message}.{hint}"}


def _handler(live: Live) -> type[BaseHTTPRequestHandler]:
    """The class whose instances answer the requests of one server."""

    class Handler(BaseHTTPRequestHandler):
        timeout = SECONDS
        server_version, sys_version = "whygrad", ""
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if not self._is_ours():
                return
            if self._place() == "":
                body = html_of(
                    live.page["title"], live.page["data"], f"{POLICY}; connect-src 'self'", live=_ways(live)
                )
                self._send(200, "text/html; charset=utf-8", body.encode())
            elif self._place() == "events":
                self._stream()
            else:
                self._refuse(404, "there is nothing here")

        def do_POST(self) -> None:
            if not self._is_ours():
                return
            if self._place() != "formula" or live.ask is None:
                self._refuse(404, "there is nothing here")
                return
            said = self._body()
            if said is None:
                return
            with contextlib.suppress(BrokenPipeError):
                self._send(200, "application/json", json.dumps(_answer(live.ask, said)).encode())

        def _is_ours(self) -> bool:
            """Whether the request is for this server, and from its own page (or typed by hand)."""
            hosts = [f"{host}:{live.port}" for host in HOSTS]
            origin, site = self.headers.get("Origin"), self.headers.get("Sec-Fetch-Site", "none")
            if self.headers.get("Host") not in hosts:
                self._refuse(421, "this server answers for itself only")
            elif (origin is not None and origin not in [f"http://{host}" for host in hosts]) or site not in (
                "none", "same-origin",
            ):  # fmt: skip
                self._refuse(403, "this server answers its own page only")
            elif self.path.split("/")[1:2] != [live.token]:
                self._refuse(404, "there is nothing here")
            else:
                return True
            return False

        def _place(self) -> str:
            return "/".join(self.path.split("?")[0].split("/")[2:])

        def _body(self) -> dict[str, Any] | None:
            """The JSON object that was sent; None where it was refused."""
            length = self.headers.get("Content-Length", "")
            if not length.isdecimal() or int(length) > LARGEST_BODY:
                self._refuse(413, f"at most {LARGEST_BODY} bytes are read")
                return None
            if self.headers.get_content_type() != "application/json":
                self._refuse(415, "only JSON is read")
                return None
            try:
                said = json.loads(self.rfile.read(int(length)))
            except ValueError:
                said = None
            if not isinstance(said, dict):
                self._refuse(400, "this is no JSON object")
                return None
            return said

        def _stream(self) -> None:
            reader = live.subscribe()
            if reader is None:
                self._refuse(503, "too many pages are open")
                return
            self.send_response(200)
            self._headers("text/event-stream", close=True)
            self.end_headers()
            try:
                while True:
                    try:
                        self.wfile.write(f"data: {json.dumps(reader.get(timeout=HEARTBEAT))}\n\n".encode())
                    except queue.Empty:
                        self.wfile.write(b": still here\n\n")
                    self.wfile.flush()
            except OSError:  # the page was closed
                pass
            finally:
                live.unsubscribe(reader)
                self.close_connection = True

        def _send(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self._headers(kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _headers(self, kind: str, close: bool = False) -> None:
            self.send_header("Content-Type", kind)
            self.send_header("Cache-Control", "no-store")
            self.send_header("X-Content-Type-Options", "nosniff")
            self.send_header("X-Frame-Options", "DENY")
            self.send_header("Referrer-Policy", "no-referrer")
            if close:
                self.send_header("Connection", "close")

        def _refuse(self, status: int, why: str) -> None:
            self.close_connection = True  # what else was sent is not read
            self._send(status, "text/plain; charset=utf-8", f"{why}\n".encode())

        def log_message(self, *_: Any) -> None:
            """Nothing: the terminal belongs to the user."""

    return Handler


def _ways(live: Live) -> str:
    """What the page may do: follow, and ask for another formula."""
    return "follow ask" if live.ask else "follow"


def _answer(ask: Ask, said: Mapping[str, Any]) -> Page:
    formula, at = said.get("formula"), said.get("at", "")
    if not isinstance(formula, str) or not isinstance(at, str):
        return {"error": "a formula is text, and so is the point"}
    if len(formula) > LONGEST_FORMULA or len(at) > LARGEST_BODY:
        return {"error": f"a formula has at most {LONGEST_FORMULA} characters"}
    try:
        return ask(formula, at)
    except WhygradError as error:
        return told(error)
