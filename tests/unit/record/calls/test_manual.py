from __future__ import annotations

from pathlib import Path

import backtrail
import recorded
from http_servers import told, told_one


def test_a_call_that_the_program_tells_of_is_recorded_with_its_place(tmp_path: Path) -> None:
    with recorded.recording(tmp_path / ".backtrail") as home:
        backtrail.record_llm_call(model="m", text="hello you")
        body = told_one(home, "llm.called")
    assert body["text"] == "hello you"
    assert body["attributes"] == {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "m",
    }
    assert body["caller"]["file"] == __file__


def test_nothing_is_recorded_while_recording_is_off(tmp_path: Path) -> None:
    with recorded.recording(tmp_path / ".backtrail") as home:
        backtrail.disable()
        backtrail.record_llm_call(model="m")
        backtrail.enable()
        backtrail.record_llm_call(model="n")
        (body,) = told(home, "llm.called")
    assert body["attributes"]["gen_ai.request.model"] == "n"
