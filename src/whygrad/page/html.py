"""A document as one HTML file that needs nothing else: no network, no server, no second file."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping
from html import escape
from importlib.resources import files
from typing import Any

POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; "
    "font-src data:; img-src data:; base-uri 'none'; form-action 'none'"
)
"""Nothing may be fetched from anywhere; the emitted program is made a function in the page."""

TEMPLATE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="generator" content="whygrad">
<title>{title}</title>
<style>
html {{ background: #fbfaf7; }}
@media (prefers-color-scheme: dark) {{ html {{ background: #10141b; }} }}
body {{ margin: 0; }}
{css}</style>
</head>
<body>
<div id="whygrad"{live}><noscript>This page computes: it needs JavaScript.</noscript></div>
<script type="application/octet-stream" id="whygrad-data">{data}</script>
<script>{js}</script>
</body>
</html>
"""


def packed(document: Mapping[str, Any]) -> str:
    """A document as the page carries it: JSON, gzipped, in base64. The same document gives the same text."""
    text = json.dumps(document, allow_nan=False, separators=(",", ":"))
    return base64.b64encode(gzip.compress(text.encode(), 9, mtime=0)).decode()


def html_of(title: str, data: str, policy: str = POLICY, live: str = "") -> str:
    """The page of a packed document; `live` says what it may ask of the server that it came from."""
    return TEMPLATE.format(
        policy=policy,
        live=f' data-live="{escape(live)}"' if live else "",
        title=escape(f"{title} - whygrad"),
        css=_asset("page.css"),
        # The end of a script is found by its tag, wherever that stands.
        js=_asset("page.js").replace("</script", "<\\/script").replace("<!--", "<\\!--"),
        data=data,
    )


def _asset(name: str) -> str:
    return (files("whygrad") / "_web" / name).read_text(encoding="utf-8")
