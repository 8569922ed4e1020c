from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrail.record.capture.secrets.literals import compared_literals, literals_of

SECRET = "open" + "-Sesame" + "-17"


def literals(
    source: str, name: str = "password", sep: str = "=", *, is_key: bool = False
) -> list[str]:
    """Return the literals that make the value of a name's first use."""
    named = source.index(name)
    start = source.index(sep, named + len(name)) + len(sep)
    found = literals_of(source, named, start, sep=sep, is_key=is_key)
    return [source[begin:end] for begin, end in found]


@pytest.mark.parametrize(
    "value",
    [
        '"{}"', "'{}'", 'b"{}"', 'rb"{}"', 'f"{}"', '"""{}"""', "'''{}'''", '("{}")', 'x or "{}"',
        'decode("{}")', 'SecretStr("{}")', '["{}"]', '{{"ann": "{}"}}', 'x if y else "{}"',
        'getenv("PASSWORD_OF_DB", "{}")', '"{}".strip()', '(\n    "{}"\n)', '\\\n    "{}"',
    ],
)  # fmt: skip
def test_a_literal_that_makes_the_value_is_found(value: str) -> None:
    source = f"password = {value.format(SECRET)}\nuser = 'ann'\n"
    assert literals(source) == [SECRET]


@pytest.mark.parametrize(
    "value",
    [
        "load(path)", 'open("secrets/db")', 'environ["DB_PASSWORD"]', 'getenv("DB_PASSWORD")',
        'config["auth"]["password"]', 'config.get("password")', 'input("Password: ")', "None",
        '"None"', '""', 'x.encode("utf-8")', "17", "a[1:2]", "call()['it']",
    ],
)  # fmt: skip
def test_what_says_where_a_secret_comes_from_stays(value: str) -> None:
    assert literals(f"password = {value}\nuser = 'ann'\n") == []


def test_an_expression_ends_where_it_ends() -> None:
    assert literals('password="a b", user="ann"') == ["a b"]
    assert literals('connect(password="a b")["x"]') == ["a b"]
    assert literals('if password == "a b" and user == "ann": x("y")', sep="==") == ["a b"]
    assert literals('password = "a b"; user = "ann"') == ["a b"]
    assert literals('password = "a b"  # not "c"') == ["a b"]


def test_two_names_at_once_have_two_values() -> None:
    assert literals('user, password = "ann", "a b"') == ["ann", "a b"]


def test_a_colon_is_followed_by_a_value_or_by_a_type() -> None:
    assert literals('password: str = "a b"', sep=":") == ["a b"]
    assert literals('password: dict[str, str] | None = {"k": "a b"}', sep=":") == ["a b"]
    assert literals("password: str\nuser = 'ann'", sep=":") == []
    assert literals('if password: user = "ann"', sep=":") == []
    assert literals('{"password": "a b", "user": "ann"}', sep=":", is_key=True) == ["a b"]


def test_a_literal_that_is_compared_with_a_secret_is_found() -> None:
    source = 'ok = "a b" == password or \'c d\' != x.api_key or "user" == name or "e" == t["token"]'
    assert [source[start:end] for start, end in compared_literals(source)] == ["a b", "c d", "e"]


@given(st.text(alphabet="ab'\"\\#()[]{},:;=\n \t"))
def test_any_source_is_read_to_an_end_and_literals_do_not_overlap(text: str) -> None:
    source = f"password = {text}"
    places = list(literals_of(source, 0, len("password ="), sep="=", is_key=False))
    assert places == sorted(places)
    flat = [place for pair in places for place in pair]
    assert flat == sorted(flat)
    assert all(0 <= place <= len(source) for place in flat)
