from __future__ import annotations

import tomllib

import pytest

from backtrail.cli.assistant import toml_config
from backtrail.model.errors import UsageError

ENTRY = {"command": "backtrail", "args": ["mcp"]}
OTHERS = """\
# my settings
model = "large-1" # the good one

[mcp_servers.other] # a friend's
command = "other"

[mcp_servers.other.env]
KEY = "value"

[projects."/app"]
trust_level = "trusted"
"""


def put(text: str) -> str:
    return toml_config.with_entry(
        text, file="config.toml", table="mcp_servers", name="backtrail", entry=ENTRY
    )


def take(text: str) -> str:
    return toml_config.without_entry(
        text, file="config.toml", table="mcp_servers", name="backtrail"
    )


def test_a_file_that_is_not_there_is_made() -> None:
    assert put("") == '[mcp_servers.backtrail]\ncommand = "backtrail"\nargs = ["mcp"]\n'


def test_all_else_is_kept_with_its_comments() -> None:
    changed = put(OTHERS)
    assert changed.startswith(OTHERS)
    assert tomllib.loads(changed)["mcp_servers"]["backtrail"] == ENTRY
    assert take(changed) == OTHERS


def test_the_same_again_changes_nothing() -> None:
    once = put(OTHERS)
    assert put(once) == once
    assert take(OTHERS) == OTHERS
    assert take(put("")) == ""


@pytest.mark.parametrize(
    "header",
    [
        "[mcp_servers.backtrail]",
        '[ mcp_servers . "backtrail" ] # ours',
        "[mcp_servers.'backtrail']",
    ],
)
def test_an_entry_of_ours_that_is_out_of_date_is_made_anew(header: str) -> None:
    old = f'{header}\ncommand = "old"\n\n[mcp_servers.backtrail.env]\nA = "b"\n\n'
    root, tables = OTHERS.split("\n\n", 1)
    changed = put(f"{root}\n\n{old}# a comment of the next\n{tables}")
    assert "old" not in changed
    assert changed.count("backtrail]") == 1
    assert take(changed) == f"{root}\n\n# a comment of the next\n{tables}"


def test_a_text_that_only_looks_like_a_header_is_kept() -> None:
    text = 'notes = """\n[mcp_servers.backtrail]\nis a server\n"""\n'
    assert tomllib.loads(put(text))["notes"] == tomllib.loads(text)["notes"]


@pytest.mark.parametrize(
    "text",
    [
        'mcp_servers = { backtrail = { command = "old" } }\n',
        '[mcp_servers]\nbacktrail.command = "old"\n',
        'mcp_servers.backtrail.command = "old"\n',
        'note = """\n[mcp_servers.backtrail]\n"""\n[mcp_servers.backtrail]\ncommand = "old"\n',
    ],
)
def test_a_form_that_cannot_be_changed_is_left_to_the_user(text: str) -> None:
    for change in (put, take):
        with pytest.raises(UsageError, match="has the entry in a form that cannot be changed"):
            change(text)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ('model = "a"\nmodel = = 2\n', r"config\.toml, line 2 is not TOML: Invalid value"),
        ("mcp_servers = 3\n", "'mcp_servers' is no table"),
    ],
)
def test_a_broken_file_is_named_with_its_line(text: str, wrong: str) -> None:
    for change in (put, take):
        with pytest.raises(UsageError, match=wrong):
            change(text)


def test_a_command_with_odd_letters_is_written_as_toml() -> None:
    odd = {"command": 'C:\\Zoë\\"x"\t', "args": ["mcp"]}
    text = toml_config.with_entry(
        "", file="config.toml", table="mcp_servers", name="backtrail", entry=odd
    )
    assert tomllib.loads(text)["mcp_servers"]["backtrail"] == odd
