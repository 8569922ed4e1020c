from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from backtrail.model import limits
from backtrail.model.errors import EntryRuleError
from backtrail.record import entry, guard
from backtrail.record.debugger import get_debugger
from backtrail.record.scope import current
from recorded import entries, recording, segments

RULES = {"rule_verb_noun": True, "rule_tags": True, "rule_state_or_data": True, "tags": ["db"]}
BROKEN: dict[str, tuple[str, dict[str, Any]]] = {
    "action": ("loading", {"ai_tags": ["db"], "data": 1}),
    "tags": ("load_user", {"data": 1}),
    "vocabulary": ("load_user", {"ai_tags": ["http"], "data": 1}),
    "state": ("load_user", {"ai_tags": ["db"]}),
}


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    with recording(tmp_path / "home"):
        yield tmp_path / "home"


@pytest.mark.parametrize("rule", BROKEN)
def test_a_broken_rule_is_counted_and_the_entry_is_recorded(rule: str, tmp_path: Path) -> None:
    action, more = BROKEN[rule]
    with recording(tmp_path, strict=False, **RULES):
        for _ in range(3):
            get_debugger()(action, **more)
        assert guard.lost == {f"entry rule broken: {rule}": 3}
    assert [body["action"] for body in entries(tmp_path)] == [action] * 3


@pytest.mark.parametrize("rule", BROKEN)
def test_a_broken_rule_is_raised_where_tests_asked_for_it(rule: str, tmp_path: Path) -> None:
    action, more = BROKEN[rule]
    with recording(tmp_path, **RULES), pytest.raises(EntryRuleError) as raised:
        get_debugger()(action, **more)
    assert raised.value.hint


def test_an_entry_that_keeps_the_rules_breaks_none(tmp_path: Path) -> None:
    with recording(tmp_path, **RULES):
        for _ in range(2):
            get_debugger()("load_user", ai_tags=["db"], data=1)
            get_debugger()("load_user", ai_tags=("db",), user=1)
        assert guard.lost == {}
    assert len(entries(tmp_path)) == 4


def test_without_rules_anything_goes(home: Path) -> None:
    get_debugger()("loading")
    assert guard.lost == {}
    assert entries(home)[0]["action"] == "loading"


@pytest.mark.parametrize("name", ["..", "a/../b", "../x", "a\\..\\b"])
def test_a_context_that_leads_out_of_its_folder_is_refused(name: str, tmp_path: Path) -> None:
    with recording(tmp_path), pytest.raises(EntryRuleError, match="leads out"):
        entry.checked_context(name)
    with recording(tmp_path, strict=False):
        checked = entry.checked_context(name)
        assert ".." not in checked
        assert "refused" in checked
        assert guard.lost == {"entry rule broken: context": 1}


def test_contexts_that_look_alike_stay_apart(home: Path) -> None:
    names = ["a/b", "a_b", "a.b", "A/b", "a..b"]
    for name in names:
        get_debugger(name)("load_user")
    assert [body["context"] for body in entries(home)] == names
    assert len({get_debugger(name) for name in names}) == len(names)


@pytest.mark.usefixtures("home")
def test_a_context_that_is_no_text_is_named_by_its_type() -> None:
    assert entry.checked_context(5) == "int"
    assert entry.checked_context(None) == "NoneType"


def test_an_action_that_is_no_text_is_named_by_its_type(home: Path) -> None:
    get_debugger()(5)  # type: ignore[arg-type]
    assert entries(home)[0]["action"] == "<int>"
    assert guard.lost == {"action is no text": 1}


def test_a_long_action_is_cut(home: Path) -> None:
    get_debugger()("a_" * 5_000)
    assert len(entries(home)[0]["action"]) <= entry.ACTION_CHARS_MAX


def test_an_entry_that_stays_too_large_says_how_large_it_was(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "LINE_BYTES_MAX", 1_000)
    get_debugger()("load_user", items=["a b " * 200] * 20)
    assert entries(home)[0]["attributes"]["$cut"] > 1_000


def test_only_plain_names_are_known_as_plain(home: Path) -> None:
    assert entry.are_plain({"user": 1})
    assert not entry.are_plain({"password": 1})
    assert not entry.are_plain({"data": 1})
    assert home == home.absolute()


def test_a_secret_is_taken_out_wherever_it_stands(home: Path) -> None:
    secret = "s3cret" + "Value99"
    debug = get_debugger()
    for _ in range(2):
        debug("load_user", password=secret, note=f"it is {secret}")
        debug("load_user", {"headers": [{"Authorization": f"Bearer {secret}"}]})
        debug("load_user", url="https://bob:" + secret + "@host/")
    written = b"".join(path.read_bytes() for path in segments(home))
    assert len(entries(home)) == 6
    assert secret.encode() not in written
    assert secret not in str(list(current().trace.ring))
    assert entries(home)[0]["attributes"]["password"] == "[redacted]"
