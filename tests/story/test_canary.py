"""Secrets are put in every place that a value can be in, and none of them is found anywhere.

The programs in `canary/` have a different secret in each place. Whatever Backtrail keeps or prints
of them is searched, byte by byte, for each secret as it is and in base64, and for its beginning and
its end. Every place must announce its secret, by a name or by its looks; one that nothing announces
is out of reach (docs/guides/redaction.md).
"""

from __future__ import annotations

import base64
import contextlib
import io
import json
import re
import shutil
import signal
import sqlite3
import subprocess
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from answered import answers
from backtrail.cli.invocation import Invocation
from backtrail.cli.main import run as call
from backtrail.model.clock import SYSTEM_CLOCK
from running import BACKTRAIL, RUN, environment, journal, of_kind, project, run, until

CANARY = Path(__file__).parent / "canary"
HARMLESS = ("tokenizer", "password_policy_doc", "token_count", "monkey", "secretary")
GIVEN = (
    "option", "option and value", "bearer", "url argument", "variable", "session", "run name",
    "working directory",
)  # fmt: skip
"""Places that the command line and the environment have."""
PIN = b"7391462850517"
ENDS_CHARS = 12


def secret(place: str) -> str:
    """Return the secret of a place, as the programs make it."""
    names: dict[str, str] = {}
    exec((CANARY / "places.py").read_text(), names)
    return names["secret"](place)  # type: ignore[operator]


def places() -> list[str]:
    """Return every place that has a secret."""
    found = list(GIVEN)
    for path in sorted(CANARY.glob("*.py")):
        text = path.read_text()
        found += re.findall(r"""\b(?:secret|typed)\(["']([^"']+)["']\)""", text)
        found += re.findall(r"CANARY_\w+", text)
    return sorted(set(found))


def signs(place: str) -> list[bytes]:
    """Return by what the secret of a place would be known, in lower case."""
    value = secret(place)
    signs = [value, value[:ENDS_CHARS], value[-ENDS_CHARS:], str(int(value, 36))]
    for shift in range(3):
        coded = base64.b64encode(b"x" * shift + value.encode()).decode()
        signs.append(coded[4 if shift else 0 : -4].lower())
    return [sign.encode() for sign in signs]


def leaks(texts: Iterator[tuple[str, bytes]]) -> list[str]:
    """Return which secrets were found, and where first."""
    known = [(place, sign) for place in places() for sign in signs(place)]
    known.append(("a number", PIN))
    found: dict[str, str] = {}
    for where, text in texts:
        lowered = text.lower()
        for place, sign in known:
            if sign in lowered:
                start = lowered.index(sign)
                around = text[max(0, start - 100) : start + 40].decode(errors="replace")
                found.setdefault(place, f"{place} in {where}: {around}")
    return sorted(found.values())


def program(folder: Path) -> Path:
    """Copy the programs into a project, with their secrets in their sources."""
    shutil.copytree(CANARY, folder, ignore=shutil.ignore_patterns("__pycache__"))
    for path in folder.glob("*.py"):
        path.write_text(re.sub(r"CANARY_\w+", lambda name: secret(name[0]), path.read_text()))
    (folder / "checks.py").rename(folder / "test_checks.py")
    (folder / "pytest.ini").write_text("[pytest]\n")
    return project(folder)


def stored(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield every file under the `.backtrail`, and what is compressed in its catalogue."""
    home = folder / ".backtrail"
    assert run(*BACKTRAIL, "index", cwd=folder).returncode == 0
    for path in sorted(home.rglob("*")):
        yield "a name of a file", str(path.relative_to(home)).encode()
        if path.is_file():
            yield path.name, path.read_bytes()
    catalog = sqlite3.connect(f"file:{home / 'catalog.db'}?mode=ro", uri=True)
    tables = catalog.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    for (table,) in tables:
        for row in catalog.execute(f'SELECT * FROM "{table}"'):
            for value in row:
                yield f"table {table}", inflated(value)
    catalog.close()


def inflated(value: object) -> bytes:
    if not isinstance(value, bytes):
        return str(value).encode()
    try:
        return zlib.decompress(value)
    except zlib.error:
        return value


def printed(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield what each command prints of what was recorded, but for the path of the project."""
    recorded = journal(folder)
    errors = [event["error_id"] for event in of_kind(recorded, "error.raised")]
    traces = sorted({event["trace"] for event in recorded})
    commands = [["ls"], ["errors"], ["doctor"], ["config"]]
    commands += [["show", trace] for trace in traces]
    commands += [[view, trace] for view in ("perf", "llm", "locks", "state") for trace in traces]
    commands += [["perf"], ["llm", "show", traces[0]], ["state", "show", traces[0]]]
    commands += [["diff", traces[0], traces[-1]]]
    commands += [["errors", "show", error] for error in errors]
    commands += [["bundle", error, "--budget", "200000"] for error in errors]
    commands += [[*command, "--json"] for command in commands]
    commands += [["export", "--all"], ["ls", "--grep", "password"], ["show"], ["errors", "show"]]
    for command in commands:
        out, err = io.TextIOWrapper(io.BytesIO()), io.TextIOWrapper(io.BytesIO())
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            call(command, Invocation(cwd=str(folder), environ={}, clock=SYSTEM_CLOCK))
        out.flush()
        err.flush()
        text = out.buffer.getvalue() + err.buffer.getvalue()  # type: ignore[attr-defined]
        yield " ".join(command), text.replace(str(folder).encode(), b"")


@contextlib.contextmanager
def tailed(folder: Path) -> Iterator[Path]:
    """Follow what is recorded inside of the block, into a file."""
    path = folder.parent / "tailed"
    command = [*BACKTRAIL, "tail", "--json"]
    with path.open("wb") as file, subprocess.Popen(command, cwd=folder, stdout=file) as tail:
        yield path
        until(lambda: b'"run.ended"' in path.read_bytes())
        tail.send_signal(signal.SIGINT)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run the programs, recorded and followed, with secrets all around them."""
    root = tmp_path_factory.mktemp("canary")
    folder = program(root / f"token={secret('working directory')}")
    names = ["--session", f"token={secret('session')}", "--name", f"token={secret('run name')}"]
    arguments = [
        "--password", secret("option"), f"--token={secret('option and value')}",
        f"Authorization: Bearer {secret('bearer')}", f"redis://:{secret('url argument')}@cache/0",
    ]  # fmt: skip
    command = [*RUN, "--hang-after", "60", *names, "--", "python", "program.py", *arguments]
    with tailed(folder):
        done = run(*command, cwd=folder, env=environment(SERVICE_API_KEY=secret("variable")))
    assert done.returncode == 1, done.stderr.decode()
    assert secret("last words") in done.stderr.decode()
    return folder


def test_no_secret_is_kept(folder: Path) -> None:
    assert leaks(stored(folder)) == []


@pytest.mark.acceptance(10)
def test_no_secret_is_printed(folder: Path) -> None:
    assert leaks(printed(folder)) == []


def test_no_secret_is_in_a_folder_that_is_exported(folder: Path) -> None:
    out = folder.parent / "exported"
    done = run(*BACKTRAIL, "export", "--all", "--layout", "files", "-o", out, cwd=folder)
    assert done.returncode == 0, done.stderr.decode()
    paths = [path for path in out.rglob("*") if path.is_file()]
    assert len(paths) > 20
    named = [("a name of a file", str(path.relative_to(out)).encode()) for path in paths]
    plain = str(folder).encode()
    told = [(path.name, path.read_bytes().replace(plain, b"")) for path in paths]
    assert leaks(iter([*named, *told])) == []
    assert b"".join(text for _, text in told).count(b"[redacted]") > 100


@pytest.mark.acceptance(10)
def test_no_secret_is_answered_to_an_assistant(folder: Path) -> None:
    plain = [(where, text.replace(str(folder).encode(), b"")) for where, text in answers(folder)]
    assert leaks(iter(plain)) == []
    told = b"".join(text for _, text in plain)
    assert told.count(b"[redacted]") > 100


def test_no_secret_is_printed_while_it_happens(folder: Path) -> None:
    said = (folder.parent / "tailed").read_bytes()
    assert said.count(b"[redacted]") > 50
    assert leaks(iter([("tail", said)])) == []


def test_no_secret_is_kept_of_a_program_that_records_itself(tmp_path: Path) -> None:
    folder = program(tmp_path / "app")
    done = run("python", "program.py", "flight", cwd=folder)
    assert done.returncode == 1, done.stderr.decode()
    assert secret("last words") in done.stderr.decode()
    assert len(of_kind(journal(folder), "error.raised")) > 20
    assert leaks(stored(folder)) == []
    told = list(answers(folder))
    assert leaks(iter(told)) == []
    shown = [text for where, text in told if where.startswith("get_source")]
    assert sum(b'"text":"> 1 ' in text and b"[redacted]" in text for text in shown) > 2


def test_no_secret_is_kept_of_tests_that_fail(tmp_path: Path) -> None:
    folder = program(tmp_path / "app")
    done = run(*RUN, "--", "python", "-m", "pytest", "-q", cwd=folder)
    assert b"4 failed" in done.stdout
    assert {error["mechanism"] for error in of_kind(journal(folder), "error.raised")} == {"test"}
    assert len(of_kind(journal(folder), "error.raised")) == 4
    assert leaks(stored(folder)) == []


def test_a_name_that_the_settings_give_is_secret_too(tmp_path: Path) -> None:
    names = '[tool.backtrail]\nredact_names = ["iban", "patient_number"]\n'
    (project(tmp_path) / "pyproject.toml").write_text(names)
    program = (
        "from backtrail import debug\n"
        f"debug('pay_bill', iban={secret('own name')!r}, tokenizer='gpt2')\n"
        f"debug('pay_bill', data={{'patientNumber': [{secret('own key')!r}]}})\n"
        f"debug('pay_bill', note='IBAN: {secret('own text')} was given')\n"
    )
    done = run("python", "-c", program, cwd=tmp_path)
    assert done.returncode == 0, done.stderr.decode()
    kept = json.dumps(of_kind(journal(tmp_path), "debug.recorded"))
    assert kept.count("[redacted]") == 3
    assert kept.count("gpt2") == kept.count("was given") == 1
    assert not any(secret(f"own {place}") in kept for place in ("name", "key", "text"))


def test_the_program_was_recorded_from_its_first_event_to_its_last_words(folder: Path) -> None:
    events = journal(folder)
    assert len(of_kind(events, "debug.recorded")) > 50
    assert len(of_kind(events, "log.emitted")) > 9
    assert len(of_kind(events, "http.called")) > 15
    assert len(of_kind(events, "llm.called")) == len(of_kind(events, "rate.limited")) == 2
    assert len(of_kind(events, "file.opened")) > 30
    assert len(of_kind(events, "sql.executed")) > 12
    assert len(of_kind(events, "environment.changed")) > 3
    assert len(of_kind(events, "subprocess.ended")) > 5
    assert {event["type"] for event in of_kind(events, "exception.handled")} >= {
        "KeyError", "OSError", "RefusedError", "ValueError",
    }  # fmt: skip
    names = {event["name"] for event in of_kind(events, "state.changed")}
    assert names >= {"unseen.api_key", "Session.tokens", "Session.history", "Session.open.seen"}
    assert names >= {"Vault.login", "words", "many"}
    assert of_kind(events, "clock.read")
    errors = of_kind(events, "error.raised")
    assert sum("[redacted]" in error["message"] for error in errors) > 20
    assert {error["mechanism"] for error in errors} >= {
        "uncaught", "manual", "decorator", "log", "thread", "unraisable", "hang",
    }  # fmt: skip
    assert of_kind(events, "error.repeated")
    assert not of_kind(events, "journal.dropped")
    counters = [event.get("counters", {}) for event in of_kind(events, "process.ended")]
    assert [name for each in counters for name in each if name.startswith("broke")] == []


@pytest.mark.parametrize("word", HARMLESS)
def test_a_harmless_word_is_kept(folder: Path, word: str) -> None:
    entries = of_kind(journal(folder), "debug.recorded")
    told = [entry for entry in entries if entry["action"] in {"count_words", "feed_monkey"}]
    assert f'"{word}": ' in json.dumps(told)


def test_each_place_has_a_secret_of_its_own() -> None:
    assert len({secret(place) for place in places()}) == len(places()) > 130
