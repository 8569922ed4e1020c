"""Acceptance checks 4, 10, 15 and 34: where one stands, secrets, ids, switches.

`docs/acceptance.md` lists the checks; each test names the one that it is of.
"""

from __future__ import annotations

import json
import sys
import uuid
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from backtrail.model.settings import DEFAULTS
from running import BACKTRAIL, RUN, environment, journal, of_kind, project, run

Json = dict[str, Any]

STEP = 'import backtrail; backtrail.debug("take_step", word="plain")'
FAILS = """
import logging, os
import backtrail
from urllib.request import Request

password = os.environ['SHOP_PASSWORD']
headers = {"Authorization": "Bearer " + password, "tokenizer": "fast"}
nested = [{"deep": [{"api_key": password}]}, {"password_policy_doc": "twelve letters"}]
request = Request("https://me:" + password + "@example.org/?access_token=" + password)

def charge(client_secret):
    logging.error("login with password=%s", client_secret)
    raise ValueError("refused: secret=" + client_secret)

backtrail.debug("call_service", nested, headers, url=request.full_url)
with backtrail.trace_span("login", token=password):
    charge(password)
"""


def ask(folder: Path, *arguments: str, **environ: str) -> Any:
    """Return what a command says with `--json`."""
    done = run(*BACKTRAIL, *arguments, "--json", cwd=folder, env=environment(**environ))
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


@pytest.mark.acceptance(4)
def test_a_project_is_recorded_in_one_place_wherever_in_it_one_stands(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    deep = tmp_path / "src" / "deep"
    deep.mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text('[tool.backtrail]\nsession = "shop"\n')
    for folder in (tmp_path, deep, tmp_path / "src"):
        assert run(sys.executable, "-c", STEP, cwd=folder).returncode == 0
    leaves = f"import os, backtrail; os.chdir({str(elsewhere)!r}); " + STEP
    assert run(sys.executable, "-c", leaves, cwd=deep).returncode == 0
    env = environment(BACKTRAIL_DIR=str(tmp_path / ".backtrail"))
    assert run(sys.executable, "-c", STEP, cwd=elsewhere, env=env).returncode == 0
    assert list(elsewhere.iterdir()) == []
    started = of_kind(journal(tmp_path), "process.started")
    assert [event["session"] for event in started] == ["shop"] * 5
    listed = [ask(folder, "ls") for folder in (tmp_path, deep)]
    assert listed[0] == listed[1]
    assert len(listed[0]["traces"]) == 5


@pytest.mark.acceptance(4)
def test_config_prints_where_each_value_came_from_wherever_one_stands(tmp_path: Path) -> None:
    deep = tmp_path / "deep"
    deep.mkdir()
    (tmp_path / "pyproject.toml").write_text('[tool.backtrail]\nsession = "shop"\nkeep_days = 3\n')
    (tmp_path / "backtrail.toml").write_text("keep_days = 4\nslow_ms = 250\n")
    said = [ask(folder, "config", BACKTRAIL_MODE="flight") for folder in (tmp_path, deep)]
    assert said[0] == said[1]
    found = {s["name"]: (s["value"], s["source"]) for s in said[0]["settings"]}
    assert found["mode"] == ("flight", "BACKTRAIL_MODE")
    assert found["keep_days"] == (4.0, "backtrail.toml")
    assert found["session"] == ("shop", "pyproject.toml")
    assert found["strict"] == (True, "BACKTRAIL_STRICT")
    assert found["ring_events"] == (20, "default")
    assert said[0]["home"] == str(tmp_path / ".backtrail")


@pytest.mark.acceptance(10)
def test_a_secret_in_many_places_is_in_no_byte_of_the_store(tmp_path: Path) -> None:
    secret = "Zq" + "7vK2" + "mW9x" + "Lp4T"
    (project(tmp_path) / "app.py").write_text(FAILS)
    env = environment(SHOP_PASSWORD=secret)
    done = run(*RUN, "--", "python", "app.py", cwd=tmp_path, env=env)
    assert done.returncode == 1
    assert secret in done.stderr.decode(), "the program itself says it"
    run(*BACKTRAIL, "export", "--all", "-o", "all.jsonl", cwd=tmp_path)
    for path in [tmp_path / "all.jsonl", *(tmp_path / ".backtrail").rglob("*")]:
        assert path.is_dir() or secret.encode() not in path.read_bytes(), path
    exported = (tmp_path / "all.jsonl").read_text()
    assert "[redacted]" in exported
    assert '"tokenizer":"fast"' in exported
    assert '"password_policy_doc":"twelve letters"' in exported


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Json]:
    """A project with a run that failed in a span; and what its commands print of it."""
    folder = project(tmp_path_factory.mktemp("shop"))
    (folder / "app.py").write_text(
        "import backtrail\nwith backtrail.trace_span('checkout'):\n    raise KeyError('order')\n"
    )
    run(*RUN, "--session", "till", "--", "python", "app.py", cwd=folder)
    (trace,) = ask(folder, "ls")["traces"]
    (error,) = ask(folder, "errors")["errors"]
    (span,) = of_kind(journal(folder), "span.started")
    (began,) = of_kind(journal(folder), "run.started")
    return folder, {
        "trace": trace["trace_id"],
        "error": error["error_id"],
        "span": span["span"],
        "run": began["run_id"],
        "session": trace["session"],
    }


FORMS = ["trace", "dashed", "prefix", "latest", "error", "error prefix", "span", "run", "session"]
COMMANDS = [["show"], ["errors", "show"], ["errors", "--trace"], ["export"], ["pin"], ["unpin"]]


def form_of(ids: Json, form: str) -> str:
    """Return an id in one of the forms that a person may type."""
    others = {
        "dashed": str(uuid.UUID(ids["trace"])).upper(),
        "prefix": ids["trace"][:9],
        "latest": "latest",
        "error prefix": ids["error"][:-1],
    }
    return str(others.get(form) or ids[form])


@pytest.mark.acceptance(15)
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_an_id_that_one_command_prints_is_taken_by_every_other(
    shop: tuple[Path, Json], command: list[str], form: str
) -> None:
    folder, ids = shop
    found = json.dumps(ask(folder, *command, form_of(ids, form)))
    assert ids["trace"] in found
    if command[0] == "errors":
        assert ids["error"] in found


@pytest.mark.acceptance(15)
def test_the_short_id_that_a_table_prints_is_taken(shop: tuple[Path, Json]) -> None:
    folder, ids = shop
    for listing in ("ls", "errors"):
        table = run(*BACKTRAIL, listing, cwd=folder).stdout.decode()
        short = table.splitlines()[1].split()[0]
        assert ask(folder, "show", short)["trace_id"] == ids["trace"]


@pytest.mark.acceptance(15)
def test_an_id_that_is_unknown_is_refused_with_the_nearest(shop: tuple[Path, Json]) -> None:
    folder, ids = shop
    wrong = ids["trace"][:-1] + ("0" if ids["trace"][-1] != "0" else "1")
    for command in COMMANDS:
        done = run(*BACKTRAIL, *command, wrong, cwd=folder)
        assert done.returncode == 4, command
        assert ids["trace"][:12] in done.stderr.decode(), command


ON = ["1", "true", "YES", "On"]
OFF = ["0", "false", "NO", "Off"]


@pytest.mark.acceptance(34)
@pytest.mark.parametrize(("word", "is_on"), [*((w, True) for w in ON), *((w, False) for w in OFF)])
def test_a_switch_is_what_config_shows_and_what_the_program_does(
    tmp_path: Path,
    word: str,
    is_on: bool,  # noqa: FBT001 - a row of a table
) -> None:
    env = {"BACKTRAIL_ENABLED": word}
    shown = {s["name"]: s["value"] for s in ask(project(tmp_path), "config", **env)["settings"]}
    run(sys.executable, "-c", STEP, cwd=tmp_path, env=environment(**env))
    assert shown["enabled"] is is_on
    assert len(of_kind(journal(tmp_path), "debug.recorded")) == is_on
    doctor = run(*BACKTRAIL, "doctor", cwd=tmp_path, env=environment(**env))
    assert (b"switched off" in doctor.stdout) is not is_on


@pytest.mark.acceptance(34)
@pytest.mark.parametrize("word", ["1", "TRUE", "yes", "on"])
def test_disabled_goes_by_the_same_words_and_wins(tmp_path: Path, word: str) -> None:
    env = {"BACKTRAIL_DISABLED": word, "BACKTRAIL_ENABLED": "1"}
    said = ask(project(tmp_path), "config", **env)["settings"]
    assert [(s["value"], s["source"]) for s in said if s["name"] == "enabled"] == [
        (False, "BACKTRAIL_DISABLED")
    ]
    run(sys.executable, "-c", STEP, cwd=tmp_path, env=environment(**env))
    assert journal(tmp_path) == []


@pytest.mark.acceptance(34)
def test_a_word_that_is_no_switch_is_told_and_harms_no_program(tmp_path: Path) -> None:
    env = environment(BACKTRAIL_ENABLED="perhaps", BACKTRAIL_STRICT=None)
    done = run(sys.executable, "-c", STEP + "; print('on')", cwd=project(tmp_path), env=env)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"on\n", b"")
    told = run(*BACKTRAIL, "config", cwd=tmp_path, env=env)
    assert told.returncode == 2
    assert b"BACKTRAIL_ENABLED" in told.stderr
    assert b"BACKTRAIL_ENABLED" in run(*BACKTRAIL, "doctor", cwd=tmp_path, env=env).stdout


def rule_broken(folder: Path, **environ: str) -> bool:
    """Tell whether an entry without tags, state and verb is refused by a strict recorder."""
    program = 'import backtrail; backtrail.debug("step")'
    done = run(sys.executable, "-c", program, cwd=folder, env=environment(**environ))
    return b"EntryRuleError" in done.stderr


def redacted(folder: Path, **environ: str) -> bool:
    """Tell whether the value of `word` is held to be a secret."""
    run(sys.executable, "-c", STEP, cwd=folder, env=environment(**environ))
    return of_kind(journal(folder), "debug.recorded")[-1]["attributes"]["word"] == "[redacted]"


def dogfooded(folder: Path, **environ: str) -> bool:
    """Tell whether a command of ours is itself recorded."""
    run(*BACKTRAIL, "ls", cwd=folder, env=environment(**environ))
    return any("ls" in str(e["argv"]) for e in of_kind(journal(folder), "process.started"))


def hang_recorded(folder: Path, **environ: str) -> bool:
    """Tell whether silence is recorded as a hang."""
    program = (
        "import time, backtrail; from pathlib import Path; backtrail.start()\n"
        "backtrail.debug('take_step'); until = time.monotonic() + 3; name = 'error' + '.raised'\n"
        "while time.monotonic() < until and name not in "
        "''.join(p.read_text() for p in Path('.backtrail/journal').glob('*')): time.sleep(0.05)\n"
    )
    run(sys.executable, "-c", program, cwd=folder, env=environment(**environ))
    return bool(of_kind(journal(folder), "error.raised"))


def slow_written(folder: Path, **environ: str) -> bool:
    """Tell whether an operation that ends well is written although the mode is flight."""
    program = (
        "import time, backtrail; backtrail.start(mode='flight')\n"
        "with backtrail.start_operation_trace('slow'): time.sleep(0.02)\n"
    )
    run(sys.executable, "-c", program, cwd=folder, env=environment(**environ))
    return bool(of_kind(journal(folder), "trace.started"))


def session_named(folder: Path, **environ: str) -> bool:
    """Tell whether traces are in a session."""
    run(sys.executable, "-c", STEP, cwd=folder, env=environment(**environ))
    return "session" in of_kind(journal(folder), "process.started")[-1]


def fault_raised(folder: Path, **environ: str) -> bool:
    """Tell whether what breaks an entry rule is raised."""
    env = {"BACKTRAIL_STRICT": None, "BACKTRAIL_RULE_VERB_NOUN": "1", **environ}
    program = 'import backtrail; backtrail.debug("step")'
    done = run(sys.executable, "-c", program, cwd=folder, env=environment(**env))
    return done.returncode != 0


def kept_elsewhere(folder: Path, **environ: str) -> bool:
    """Tell whether the catalogue is looked for in a database, which here is not there."""
    done = run(*BACKTRAIL, "ls", cwd=folder, env=environment(**environ))
    return done.returncode == 3 and b"127.0.0.1:1" in done.stderr


OFF_BY_DEFAULT = {
    "dogfood": (dogfooded, "on"),
    "hang_after_s": (hang_recorded, "0.2"),
    "redact_names": (redacted, "word,phrase"),
    "rule_state_or_data": (rule_broken, "yes"),
    "rule_tags": (rule_broken, "1"),
    "rule_verb_noun": (rule_broken, "true"),
    "session": (session_named, "till"),
    "slow_ms": (slow_written, "10"),
    "store": (kept_elsewhere, "postgresql://nobody@127.0.0.1:1/none"),
    "strict": (fault_raised, "on"),
}


@pytest.mark.acceptance(34)
@pytest.mark.parametrize("name", OFF_BY_DEFAULT)
def test_what_is_off_by_default_can_be_turned_on(tmp_path: Path, name: str) -> None:
    shows, value = OFF_BY_DEFAULT[name]
    assert not shows(project(tmp_path))
    assert shows(tmp_path, **{f"BACKTRAIL_{name.upper()}": value})


@pytest.mark.promise("P6")
@pytest.mark.acceptance(34)
def test_a_vocabulary_of_tags_can_be_given(tmp_path: Path) -> None:
    program = 'import backtrail; backtrail.debug("take_step", ai_tags=["odd"])'
    for tags, code in (("", 0), ("even", 1), ("even,odd", 0)):
        env = environment(BACKTRAIL_TAGS=tags)
        assert run(sys.executable, "-c", program, cwd=tmp_path, env=env).returncode == code


@pytest.mark.acceptance(34)
def test_every_setting_that_is_off_by_default_is_turned_on_above() -> None:
    off = {name for name, value in structs.asdict(DEFAULTS).items() if value in {False, None, ()}}
    assert off == {*OFF_BY_DEFAULT, "tags"}
