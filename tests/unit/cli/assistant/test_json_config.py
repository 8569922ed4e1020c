from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrail.cli.assistant import json_config
from backtrail.model.errors import UsageError

ENTRY = {"type": "stdio", "command": "backtrail", "args": ["mcp"]}
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=9,
)
names = st.text(min_size=1, max_size=9).filter(lambda name: name != "backtrail")


def put(text: str, **more: Any) -> str:
    given = {"file": "mcp.json", "table": "mcpServers", "name": "backtrail", "entry": ENTRY}
    return json_config.with_entry(text, **{**given, **more})


def take(text: str) -> str:
    return json_config.without_entry(text, file="mcp.json", table="mcpServers", name="backtrail")


def test_a_file_that_is_not_there_is_made() -> None:
    assert json.loads(put("")) == {"mcpServers": {"backtrail": ENTRY}}


@given(
    others=st.dictionaries(names, values, max_size=3),
    settings=st.dictionaries(names.filter(lambda name: name != "mcpServers"), values, max_size=3),
)
def test_all_else_is_kept_and_comes_back_when_the_entry_goes(
    others: dict[str, Any], settings: dict[str, Any]
) -> None:
    before = {**settings, "mcpServers": others} if others else settings
    text = json.dumps(before)
    changed = put(text)
    assert json.loads(changed) == {**settings, "mcpServers": {**others, "backtrail": ENTRY}}
    gone = take(changed)
    assert (json.loads(gone) if gone else {}) == before


def test_the_same_again_changes_nothing() -> None:
    once = put('{"mcpServers": {"other": {"url": "http://x"}}}')
    assert put(once) == once
    assert take(take(once)) == take(once)


def test_an_entry_of_ours_that_is_out_of_date_is_made_anew_in_its_place() -> None:
    text = '{"mcpServers": {"backtrail": {"command": "old"}, "other": {}}}'
    assert json.loads(put(text)) == {"mcpServers": {"backtrail": ENTRY, "other": {}}}
    assert list(json.loads(put(text))["mcpServers"]) == ["backtrail", "other"]


@pytest.mark.parametrize("indent", ["    ", "\t", "  "])
def test_the_indentation_is_kept(indent: str) -> None:
    text = f'{{\n{indent}"a": 1\n}}\n'
    assert f'\n{indent}"mcpServers": {{\n{indent}{indent}"backtrail"' in put(text)


def test_letters_of_all_scripts_are_kept_as_they_are() -> None:
    assert "Zoë ☃" in put('{"note": "Zoë ☃"}')


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ('{\n  "a": 1,\n}', "mcp.json, line 3 is not JSON"),
        ('{\n  // mine\n  "a": 1\n}', "mcp.json, line 2 is not JSON"),
        ("[]", "mcp.json, line 1 holds no object"),
        ('{"mcpServers": []}', "mcp.json: 'mcpServers' is no object"),
        ('{"a": 1, "a": 2}', "mcp.json has 'a' twice in one object"),
    ],
)
def test_a_broken_file_is_named_with_its_line(text: str, wrong: str) -> None:
    for change in (put, take):
        with pytest.raises(UsageError) as caught:
            change(text)
        assert wrong in caught.value.message
        assert caught.value.hint == "mend it by hand first"
