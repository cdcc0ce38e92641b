"""The live page's server: who gets an answer, how much is read, what runs."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from whygrad.commands.live import LARGEST_BODY, MOST_READERS, Live
from whygrad.errors import FormulaError

PAGE = {"title": "w * x", "data": "packed"}


def ask(formula: str, at: str) -> dict[str, Any]:
    if "(" in formula:
        raise FormulaError("there is no such function", hint="exp(x)")
    return {"title": formula, "data": at}


@pytest.fixture
def live() -> Iterator[Live]:
    served = Live(PAGE, ask)
    served.start()
    yield served
    served.stop()


def request(
    live: Live, method: str, path: str, body: bytes | None = None, **headers: str
) -> tuple[int, str, http.client.HTTPMessage]:
    connection = http.client.HTTPConnection("127.0.0.1", live.port, timeout=5)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body, named)
    answer = connection.getresponse()
    return answer.status, answer.read().decode(), answer.headers


def test_the_page_is_served_under_its_token_only(live: Live) -> None:
    status, text, headers = request(live, "GET", f"/{live.token}/")
    assert status == 200 and "packed" in text and 'data-live="follow ask"' in text
    assert headers["Cache-Control"] == "no-store" and headers["X-Frame-Options"] == "DENY"
    for path in (
        "/",
        f"/{live.token}x/",
        "/favicon.ico",
        f"/{live.token}/../etc/passwd",
        f"/{live.token}/etc/passwd",
    ):
        assert request(live, "GET", path)[0] == 404


def test_only_the_loopback_is_listened_on(live: Live) -> None:
    assert live.server.server_address[0] == "127.0.0.1"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "localhost:1", "evil.example:80", ""])
def test_another_host_is_refused(live: Live, host: str) -> None:
    assert request(live, "GET", f"/{live.token}/", Host=host)[0] == 421


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://localhost", "http://127.0.0.1"])
def test_another_origin_is_refused(live: Live, origin: str) -> None:
    assert request(live, "GET", f"/{live.token}/", Origin=origin)[0] == 403
    assert request(live, "POST", f"/{live.token}/formula", b"{}", Origin=origin)[0] == 403


def test_a_request_from_another_site_is_refused(live: Live) -> None:
    assert request(live, "GET", f"/{live.token}/events", Sec_Fetch_Site="cross-site")[0] == 403


def test_its_own_origin_is_answered(live: Live) -> None:
    own = f"http://127.0.0.1:{live.port}"
    body = json.dumps({"formula": "a + b", "at": "a=1"}).encode()
    status, text, _ = request(
        live, "POST", f"/{live.token}/formula", body, Origin=own, Content_Type="application/json"
    )
    assert (status, json.loads(text)) == (200, {"title": "a + b", "data": "a=1"})


def test_a_formula_is_told_apart_from_code(live: Live) -> None:
    body = json.dumps({"formula": "__import__('os').system('true')"}).encode()
    _, text, _ = request(live, "POST", f"/{live.token}/formula", body, Content_Type="application/json")
    assert json.loads(text) == {"error": "there is no such function. exp(x)"}


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"x" * (LARGEST_BODY + 1), "application/json", 413),
        (b"{}", "text/plain", 415),
        (b"no json", "application/json", 400),
        (b"[1]", "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
    ],
)
def test_what_is_no_request_is_refused(live: Live, body: bytes, kind: str, status: int) -> None:
    assert request(live, "POST", f"/{live.token}/formula", body, Content_Type=kind)[0] == status


def test_a_formula_that_is_no_text_or_too_long_is_told(live: Live) -> None:
    for said in ({"formula": 3}, {"formula": "x" * 5000}, {"at": "x=1"}):
        body = json.dumps(said).encode()
        status, text, _ = request(
            live, "POST", f"/{live.token}/formula", body, Content_Type="application/json"
        )
        assert status == 200 and "error" in json.loads(text)


def test_a_body_without_a_length_is_not_read(live: Live) -> None:
    with socket.create_connection(("127.0.0.1", live.port), timeout=5) as wire:
        head = f"POST /{live.token}/formula HTTP/1.1\r\nHost: 127.0.0.1:{live.port}\r\n"
        wire.sendall(f"{head}Content-Type: application/json\r\n\r\n".encode())
        assert b" 413 " in wire.recv(200)


def events(live: Live) -> Any:
    connection = http.client.HTTPConnection("127.0.0.1", live.port, timeout=5)
    connection.request("GET", f"/{live.token}/events")
    return connection.getresponse()


def test_readers_are_told_of_new_pages_and_of_errors(live: Live) -> None:
    stream = events(live)
    assert stream.headers["Content-Type"] == "text/event-stream"
    live.publish({"error": "line 3 does not parse"})
    assert json.loads(stream.readline().removeprefix(b"data: ")) == {"error": "line 3 does not parse"}
    assert live.page == PAGE
    live.publish({"title": "new", "data": "newer"})
    stream.readline()
    assert b"newer" in stream.readline()
    assert "newer" in request(live, "GET", f"/{live.token}/")[1]


def test_the_number_of_readers_is_bounded(live: Live) -> None:
    streams = [events(live) for _ in range(MOST_READERS + 1)]
    assert [s.status for s in streams] == [200] * MOST_READERS + [503]


SCRIPT = "w = 2.0\nx = 3.0\ny = w * x\ngrad_w = x\n"


def test_the_command_follows_a_file_and_ends_when_interrupted(tmp_path: Path) -> None:
    path = tmp_path / "product.py"
    path.write_text(SCRIPT)
    words = [sys.executable, "-m", "whygrad", "show", "--live", str(path)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env={**os.environ, "DISPLAY": ""})
    assert process.stdout is not None
    try:
        found = re.match(r"open http://127\.0\.0\.1:(\d+)/([\w-]+)/$", process.stdout.readline())
        assert found
        connection = http.client.HTTPConnection("127.0.0.1", int(found[1]), timeout=30)
        connection.request("GET", f"/{found[2]}/events")
        stream = connection.getresponse()
        time.sleep(0.3)
        path.write_text(SCRIPT.replace("2.0", "5.0"))
        assert b'"data"' in stream.readline()
        stream.readline()
        path.write_text("w = = 2\n")
        assert b'"error"' in stream.readline()
    finally:
        process.send_signal(signal.SIGINT)
    assert process.wait(timeout=10) == 0
