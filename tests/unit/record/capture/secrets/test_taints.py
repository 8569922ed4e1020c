from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrail.model.limits import TAINTS_MAX
from backtrail.record.capture.secrets.taints import (
    MARKER,
    TAINT_CHARS_MAX,
    TAINT_CHARS_MIN,
    forms,
    scrub,
    worth,
)

SECRET = "open" + "-Sesame" + "-17"
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def without(value: Any, *secrets: str) -> Any:
    taints = {form for secret in secrets for form in forms(secret) if worth(form)}
    return json.loads(scrub(json.dumps(value, ensure_ascii=False).encode(), taints))


def test_a_value_goes_wherever_it_stands() -> None:
    record = {
        "message": f"login with {SECRET} failed",
        SECRET: 1,
        "list": [SECRET, f"a{SECRET}b"],
        "in_json": json.dumps({"x": [SECRET]}),
    }
    assert without(record, SECRET) == {
        "message": f"login with {MARKER} failed",
        MARKER: 1,
        "list": [MARKER, f"a{MARKER}b"],
        "in_json": json.dumps({"x": [MARKER]}),
    }


@pytest.mark.parametrize(
    "secret", ["a\"b'c\\d e", "zwölf Boxkämpfer", "tab\tand more", "%41 + &c=d"]
)
def test_a_value_goes_in_each_form_in_which_programs_write_it(secret: str) -> None:
    written = {
        secret,
        repr(secret)[1:-1],
        repr(secret.encode())[2:-1],
        quote(secret),
        quote(secret, safe=""),
        quote_plus(secret),
        json.dumps(secret)[1:-1],
        json.dumps(json.dumps(secret))[1:-1].strip('\\"'),
        json.dumps(secret, ensure_ascii=False)[1:-1],
    }
    for form in written:
        assert without([f"it is {form}, no"], secret) == [f"it is {MARKER}, no"]
    coded = base64.b64encode(secret.encode()).decode()
    assert coded[: len(secret) // 3 * 4 - 4] not in without([coded], secret)[0]


def test_each_line_of_a_long_secret_goes() -> None:
    secret = "first-line\nsecond-line\n"
    assert without(["has second-line in it", "first-line"], secret) == [
        f"has {MARKER} in it",
        MARKER,
    ]


def test_of_a_very_long_secret_nothing_is_left() -> None:
    secret = "x1" * TAINT_CHARS_MAX
    assert without([f"it is {secret}", "and more"], secret) == [f"it is {MARKER}", "and more"]


def test_a_number_goes_only_as_a_whole_and_never_as_a_number_of_json() -> None:
    record = {
        "a": 123456789,
        "b": "pin 123456789.",
        "c": ["01234567890", 0.123456789, "1.123456789"],
    }
    assert without(record, "123456789") == {**record, "b": f"pin {MARKER}."}
    ids = ["0abc123456789def", "v123456789", "123456789.5"]
    assert without(ids, "123456789") == ["0abc123456789def", f"v{MARKER}", "123456789.5"]
    assert without({"123456789": "k"}, "123456789") == {MARKER: "k"}
    compact = b'{"a":123456789,"b":"123456789"}'
    assert scrub(compact, {"123456789"}) == b'{"a":123456789,"b":"[redacted]"}'


COMMON = ["admin", "PASSWORD", "localhost", "MainThread", "message"]


@pytest.mark.parametrize("value", ["", "a", "12345", " " * 9, *COMMON])
def test_a_short_or_common_value_is_not_searched_for(value: str) -> None:
    assert not worth(value)


def test_six_characters_are_enough() -> None:
    assert worth("z" * TAINT_CHARS_MIN)
    assert not worth("z" * (TAINT_CHARS_MIN - 1))


def test_the_beginning_of_a_secret_goes_where_a_text_was_cut() -> None:
    cut = f"connect with {SECRET[:7]}…[+900 chars]"
    assert without([cut], SECRET) == [f"connect with {MARKER}…[+900 chars]"]
    assert without([f"x {SECRET[:2]}…[+9 chars]"], SECRET) == [f"x {SECRET[:2]}…[+9 chars]"]


def test_a_secret_that_begins_like_an_escape_leaves_valid_json() -> None:
    assert without(["line\nnew-line", "\\new-line"], "new-line") == [
        f"line\n{MARKER}",
        f"\\{MARKER}",
    ]
    assert without(["a\ttotally"], "ttotal") == ["a\ttotally"]


def test_without_taints_nothing_changes() -> None:
    assert scrub(b'{"a": 1}', set()) == b'{"a": 1}'


@given(VALUES, st.text(min_size=TAINT_CHARS_MIN, max_size=80).filter(worth))
def test_what_is_left_is_json_of_the_same_shape_without_the_secret(value: Any, secret: str) -> None:
    record = {"around": value, "planted": [f"<{secret}>", {"deep": secret.strip()}]}
    encoded = json.dumps(record, ensure_ascii=False).encode("utf-8", "backslashreplace")
    taints = {form for form in forms(secret) if worth(form)}
    clean = json.loads(scrub(encoded, taints))
    if worth(secret.strip()) and not secret.strip().replace(".", "").lstrip("+-").isalnum():
        assert secret.strip() not in clean["planted"][1]["deep"]
    assert len(clean["planted"]) == 2


def test_more_secrets_than_are_searched_for_do_no_harm() -> None:
    secrets = {f"secret-{number:04}" for number in range(TAINTS_MAX * 2)}
    clean = scrub(json.dumps(sorted(secrets)).encode(), secrets)
    assert clean.count(MARKER.encode()) == TAINTS_MAX


def test_a_secret_that_is_no_text_is_found_as_it_was_written() -> None:
    encoded = json.dumps({"shown": "head \\ud800 surrogate"}).encode()
    assert scrub(encoded, {"\ud800 surrogate"}) == b'{"shown": "head [redacted]"}'
