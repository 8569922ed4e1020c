from __future__ import annotations

import json
import random
import string
from collections.abc import Callable, Iterator
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from backtrail.model.limits import CLEAN_STRINGS_MAX, SCAN_CHARS_MAX
from backtrail.record.capture.redact import (
    MARKER,
    clean_source,
    clean_text,
    is_clean,
    is_random,
    is_secret_name,
    use_secret_names,
)

LETTERS = string.ascii_letters + string.digits
WORDS = st.text(alphabet=LETTERS, min_size=24, max_size=40).filter(
    lambda word: sum(map(str.isdigit, word)) > 3 and sum(map(str.isalpha, word)) > 8
)
"""Values as machines make them."""
_TYPED = st.characters(codec="utf-8", exclude_characters="\r\n\0")
PASSPHRASES = st.text(alphabet=_TYPED, min_size=8, max_size=60)
"""Values as people type them: quotes, backslashes, blanks and all."""
HARMLESS = st.lists(
    st.sampled_from(
        str.split(
            """
            tokenizer password_policy_doc token_count monkey secretary the order 17 was paid (twice)
            in 3.5 s, and shipped: to Zürich; a/b/c.txt user@example.com naïve 日本 #5 100%
            """
        )
    ),
    max_size=12,
).map(" ".join)
BY_LOOKS = {
    "vendor": "sk" + "-{}",
    "github": "gh" + "p_{}",
    "slack": "xox" + "b-{}",
    "jwt": "eyJ" + "{}.x.y",
    "bearer": "Bearer {}",
    "url": "postgres://ann:{}@db.example.com/app",
    "dsn": "https://{}@errors.example.com/7",
    "block": "-----BEGIN RSA " + "PRIVATE KEY-----\n{}\n-----END RSA " + "PRIVATE KEY-----",
    "beside a secret word": "the api key was {}",
}
BY_NAME: dict[str, Callable[[str], str]] = {
    "json": lambda value: json.dumps({"password": value}),
    "ascii json": lambda value: json.dumps({"a": [{"api_key": value}]}, ensure_ascii=True),
    "json in json": lambda value: json.dumps(json.dumps({"token": value})),
    "repr": lambda value: repr({"client_secret": value}),
    "repr of bytes": lambda value: repr({b"x-api-key": value.encode()}),
    "keyword": lambda value: f"connect(password={value!r})",
    "pair": lambda value: repr([("authorization", value)]),
    "arguments": lambda value: repr(["app", "--password", value, "x"]),
    "query": lambda value: f"/x?token={quote(value, safe='')}&a=1",
    "form": lambda value: f"a=1&password={quote_plus(value)}",
    "query in a query": lambda value: (
        f"/x?next={quote('/y?token=' + quote(value, safe=''), safe='')}"
    ),
    "variable": lambda value: f"API_KEY={json.dumps(value)}",
    "field": lambda value: json.dumps({"name": "password", "value": value}),
}


@pytest.fixture(autouse=True)
def _no_names_of_settings() -> Iterator[None]:
    yield
    use_secret_names(())


@given(st.sampled_from(sorted(BY_LOOKS)), WORDS, HARMLESS, HARMLESS)
def test_a_secret_known_by_its_looks_goes_from_any_text(
    kind: str, secret: str, before: str, after: str
) -> None:
    text = f"{before} {BY_LOOKS[kind].format(secret)} {after}"
    clean = clean_text(text)
    assert secret not in clean
    assert MARKER in clean
    assert clean.startswith(before)
    assert clean.endswith(after)
    assert not is_clean(text)


@given(st.sampled_from(sorted(BY_NAME)), PASSPHRASES, HARMLESS, HARMLESS)
def test_a_secret_behind_its_name_goes_in_whatever_form_it_is_written(
    kind: str, secret: str, before: str, after: str
) -> None:
    secret = f"Zq7 {secret} 9kW"
    text = f"{before} {BY_NAME[kind](secret)} {after}"
    clean = clean_text(text)
    for form in escaped(secret):
        assert form not in clean
    assert MARKER in clean
    assert clean.startswith(before)
    assert clean.endswith(after)
    assert not is_clean(text)


def escaped(secret: str) -> set[str]:
    """Return the forms in which programs write a value, and a part that all of them have."""
    once = json.dumps(secret)[1:-1]
    return {
        secret,
        once,
        json.dumps(once)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        repr(secret)[1:-1],
        repr(secret.encode())[2:-1],
        quote(secret, safe=""),
        quote_plus(secret),
        "9kW",
    }


@given(HARMLESS)
def test_a_text_without_secrets_stays(text: str) -> None:
    assert clean_text(text) == text.encode("utf-8", "backslashreplace").decode()
    assert is_clean(text)


@given(
    st.text(max_size=300) | st.text(alphabet="passwordtkenkysct=:'\"- {}[](),%2\n", max_size=120)
)
def test_what_is_called_clean_would_not_be_changed_and_twice_is_once(text: str) -> None:
    once = clean_text(text)
    assert clean_text(once) == once
    if is_clean(text):
        assert once == text


@given(st.text(max_size=200))
def test_source_keeps_its_lines_and_twice_is_once(text: str) -> None:
    source = f"password = {text}\ntoken: str = '{text}'\n"
    once = clean_source(source)
    assert once.count("\n") == source.count("\n")
    assert clean_source(once) == once


@given(WORDS, WORDS)
def test_the_marker_tells_nothing_of_what_it_replaces(one: str, other: str) -> None:
    assume(one != other)
    for name, form in BY_NAME.items():
        if name != "pair":
            assert clean_text(form(one)) == clean_text(form(other * 3))


def test_what_is_no_valid_unicode_is_written_so_that_it_is() -> None:
    assert clean_text("a \ud800 b") == r"a \ud800 b"
    assert not is_clean("a \ud800 b")


def test_a_long_text_is_looked_at_in_part_and_returned_no_further() -> None:
    text = "a " * SCAN_CHARS_MAX
    clean = clean_text(text + "password=hidden")
    assert clean == text[:SCAN_CHARS_MAX] + f"…[+{SCAN_CHARS_MAX + 15} chars]"


def test_hashes_ids_and_dates_stay_but_beside_a_secret_word_they_go() -> None:
    digest = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
    for text in (f"sha256 {digest}", f"id {digest}", "at 2024-02-30T10:00:00"):
        assert clean_text(text) == text
    assert clean_text(f"signature {digest}") == f"signature {MARKER}"
    assert (
        clean_text(f"the token\tis maybe {digest}, or not")
        == f"the token\tis maybe {MARKER}, or not"
    )
    assert clean_text(f"monkey {digest}") == f"monkey {digest}"


@pytest.mark.parametrize("word", ["abc123def456", "AbCdEfGh", "9f86d081884c7d65"])
def test_a_word_of_a_machine_looks_random(word: str) -> None:
    assert is_random(word)


@pytest.mark.parametrize("word", ["authentication", "customer_name", "2024-02-30", "aBC", "UPPER"])
def test_a_word_of_a_person_does_not(word: str) -> None:
    assert not is_random(word)


def test_each_value_behind_a_name_is_told() -> None:
    found: list[str] = []
    clean_text('password=one two {"token": "three"}', found=found.append)
    clean_source('secret = "four"', found=found.append)
    assert found == ["one", "three", "four"]


def test_the_settings_may_name_more_secrets() -> None:
    text = 'patient_number=1234, iban: "x", other=5'
    assert is_clean(text)
    use_secret_names(["patient_number", "IBAN"])
    assert not is_clean(text)
    assert clean_text(text) == f'patient_number={MARKER}, iban: "{MARKER}", other=5'
    assert is_secret_name("iban")
    use_secret_names(())
    assert clean_text(text) == text


def test_an_option_is_never_remembered_as_clean() -> None:
    assert is_clean("--password")
    assert is_clean("--verbose")
    assert not is_clean("--password=x")


def test_remembering_many_clean_texts_forgets_no_secret() -> None:
    rng = random.Random(7)
    for _ in range(CLEAN_STRINGS_MAX + 100):
        assert is_clean(f"order {rng.random()}")
    assert not is_clean("password=abc")


HARD = [
    *"a'<",
    "a=",
    "password=",
    '\\"',
    "eyJ",
    "Bearer ",
    "://a:",
    "sk-",
    "key ",
    "name='a' value=",
]


@pytest.mark.parametrize("alphabet", [*HARD, "-----BEGIN " + "PRIVATE KEY-----"])
def test_no_text_is_too_long_or_too_hard(alphabet: str) -> None:
    text = alphabet * (SCAN_CHARS_MAX // len(alphabet))
    assert len(clean_text(text)) <= SCAN_CHARS_MAX + 10_000 * len(MARKER) * 2
