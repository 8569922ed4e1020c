from __future__ import annotations

import json
from pathlib import Path
from typing import Any

PROGRAM = """
import os, sys
def load():
    return os.environ.get("SHOP_REGION", "north")
def price(region):
    prices = {"south": 3}
    return prices[region]
price(load())
"""


def case(folder: Path, name: str, **cause: Any) -> None:
    place = folder / name
    place.mkdir(parents=True)
    (place / "program.py").write_text(PROGRAM)
    expected = {
        "title": "t",
        "command": ["python", "program.py"],
        "env": {"SHOP_REGION": "east"},
        "exit_code": 1,
        "cause": {"kind": "env", "contains": "SHOP_REGION", "where": "program.py:load"} | cause,
        "not_cause": ["program.py"],
    }
    (place / "expected.json").write_text(json.dumps(expected))


def test_programs_are_run_asked_about_and_judged(tmp_path: Path, call: Any) -> None:
    case(tmp_path / "cases", "01_right")
    case(tmp_path / "cases", "02_other", contains="HOME")
    told = call("eval", "why", str(tmp_path / "cases"), "--json").json
    firsts = {row["case"]: row["judged"]["first"] for row in told["rows"]}
    assert firsts == {"01_right": "right", "02_other": "decoy"}
    assert (told["programs"], told["right_first"], told["decoys_first"]) == (2, 1, 1)
    assert told["places_right"] == 1
    assert all(row["has_failed_as_expected"] for row in told["rows"])
    assert sorted(path.name for path in (tmp_path / "cases" / "01_right").iterdir()) == [
        "expected.json",
        "program.py",
    ]


def test_the_table_is_printed_and_some_programs_can_be_chosen(tmp_path: Path, call: Any) -> None:
    case(tmp_path / "cases", "01_right")
    case(tmp_path / "cases", "02_other")
    said = call("eval", "why", str(tmp_path / "cases"), "--case", "01")
    assert said.code == 0
    assert said.out.startswith("01_right               right    right at 1  env")
    assert "1 programs: right at the first place 1, within three 1, a decoy first 0" in said.out


def test_a_folder_without_examples_is_refused(tmp_path: Path, call: Any) -> None:
    said = call("eval", "why", str(tmp_path))
    assert (said.code, "holds no folder with expected.json" in said.err) == (2, True)
