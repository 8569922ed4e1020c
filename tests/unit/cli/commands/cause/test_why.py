from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import running
from sample_store import ERROR, FAILED, WELL

PROGRAM = """
import json, os, pathlib
def load():
    return {"region": os.environ.get("SHOP_REGION", "north")}
def price(region):
    prices = {"south": 3, "west": 4}
    return prices[region]
price(load()["region"])
"""


@pytest.mark.usefixtures("project")
def test_a_failure_is_explained_as_far_as_what_was_recorded_goes(call: Any) -> None:
    said = call("why", FAILED)
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("KeyError: 'kettle'\n  in shop.py:price_of\n")


@pytest.mark.usefixtures("project")
def test_an_error_s_own_id_asks_for_that_error(call: Any) -> None:
    assert call("why", ERROR, "--json").json["error_id"] == ERROR


@pytest.mark.usefixtures("project")
def test_a_trace_without_an_error_needs_no_cause(call: Any) -> None:
    said = call("why", WELL)
    assert (said.code, "the trace holds no error" in said.out) == (0, True)


@pytest.mark.usefixtures("project")
def test_an_unknown_trace_is_not_found(call: Any) -> None:
    assert call("why", "ffff").code == 4


def test_a_recorded_program_s_cause_is_named_for_a_person_and_as_json(
    tmp_path: Path, call: Any
) -> None:
    place = running.project(tmp_path)
    (place / "shop.py").write_text(PROGRAM)
    running.run(*running.RUN, "--", "python", "shop.py", cwd=place)
    told = call("why", "--json").json
    assert told["candidates"][0]["kind"] == "env"
    assert told["candidates"][0]["where"] == "shop.py:load"
    assert told["candidates"][0]["event"]["id"]
    assert told["candidates"][0]["chain"][-1]["where"] == "shop.py:price"
    assert "1. env  shop.py:load" in call("why").out


def test_what_differs_from_a_run_that_went_well_counts(tmp_path: Path, call: Any) -> None:
    place = running.project(tmp_path)
    (place / "shop.py").write_text(PROGRAM)
    for region in ("south", "east"):
        env = running.environment(SHOP_REGION=region)
        running.run(*running.RUN, "--", "python", "shop.py", cwd=place, env=env)
    well, failed = (row["trace_id"] for row in reversed(call("ls", "--json").json["traces"]))
    for told in (call("why", "--json").json, call("why", failed, "--diff", well, "--json").json):
        assert told["compared_with"] == well
        assert told["candidates"][0]["kind"] == "env"
        assert "first_difference" in told["candidates"][0]["rules"]
