from __future__ import annotations

import http.client
import sys
from pathlib import Path

import httpx

import recorded
from backtrail.record.bridges.features import FEATURES
from backtrail.record.calls import watching
from http_servers import json_reply, serving, told
from running import RUN, environment, journal, of_kind, project, run

ORDER = """
import sys, urllib.request
sys.path.insert(0, {tests!r})
from http_servers import json_reply, serving
with serving(lambda _: json_reply({{"order": 17}})) as url:
    print(urllib.request.urlopen(url + "/orders").read())
"""


def test_it_is_a_feature_of_both_names() -> None:
    assert FEATURES["http"] == FEATURES["llm"] == watching.__name__


def test_everything_is_put_back(tmp_path: Path) -> None:
    before = (http.client.HTTPConnection.send, vars(httpx.Client)["_send_single_request"])
    with recorded.recording(tmp_path / ".backtrail"), serving(lambda _: json_reply({})) as url:
        watching.watch()
        watching.watch()
        assert http.client.HTTPConnection.send is not before[0]
        httpx.get(url)
        watching.unwatch()
        httpx.get(url)
        assert len(told(tmp_path / ".backtrail")) == 1
    after = (http.client.HTTPConnection.send, vars(httpx.Client)["_send_single_request"])
    assert after == before


def test_a_program_under_run_is_recorded_unless_it_is_not_wanted(tmp_path: Path) -> None:
    program = tmp_path / "order.py"
    program.write_text(ORDER.format(tests=str(Path(__file__).parents[3])))
    for watch, count in (("http,llm", 1), ("none", 0), ("llm", 0)):
        folder = tmp_path / f"watch_{watch}"
        folder.mkdir()
        project(folder)
        done = run(
            *RUN, "--", sys.executable, program, cwd=folder, env=environment(BACKTRAIL_WATCH=watch)
        )
        assert done.stdout == b"b'{\"order\": 17}'\n", done.stderr
        bodies = of_kind(journal(folder), "http.called")
        assert len(bodies) == count, watch
        assert all(body["response_body"] == {"order": 17} for body in bodies)
