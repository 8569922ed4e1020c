from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from backtrail.store import reading
from builders import START_UNIX_NS
from kept_stores import Kept
from running import until
from serving import server

TRACES = 40


def sent(number: int) -> bytes:
    """Return a request with one span, as a program in any language sends it."""
    began = START_UNIX_NS + number * 1_000_000_000
    span = {
        "traceId": f"{number + 1:032x}",
        "spanId": f"{number + 1:016x}",
        "name": f"span {number}",
        "startTimeUnixNano": str(began),
        "endTimeUnixNano": str(began + 5_000_000),
    }
    return json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}).encode()


def asked(url: str) -> Any:
    with urlopen(url) as answer:
        return json.load(answer)


def test_a_server_keeps_what_is_sent_where_the_setting_says(kept: Kept, tmp_path: Path) -> None:
    home = tmp_path / "served" / ".backtrail"
    served = Kept(home, kept.store)
    home.mkdir(parents=True)
    if kept.store is not None:
        (home.parent / "backtrail.toml").write_text(f'store = "{kept.store}"\n')
    with server(home) as (url, _):
        for number in range(TRACES):
            headers = {"Content-Type": "application/json"}
            urlopen(Request(f"{url}/v1/traces", sent(number), headers)).close()
        until(lambda: len(asked(f"{url}/api/traces?limit=100")["traces"]) == TRACES)
    assert (home / "catalog.db").exists() is (kept.store is None)
    with served.open() as catalog:
        assert len(reading.traces(catalog)) == TRACES
