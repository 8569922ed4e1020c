from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrail.model.limits import BODY_CHARS_MAX
from backtrail.record.calls.bodies import MISSING, Room, parsed, read, shown_body, shown_json
from backtrail.record.calls.kept import Kept
from backtrail.record.capture.redact import MARKER
from backtrail.record.capture.values.walk import Walk

WORD = "correct" + "horsebattery"
JSON = "application/json"


def shown(body: bytes, kind: str = "", size: int | None = None) -> Any:
    made = shown_body(body, len(body) if size is None else size, kind, Room(Walk()))
    return msgspec.json.decode(made) if isinstance(made, msgspec.Raw) else made


@pytest.mark.parametrize(
    ("body", "kind", "wanted"),
    [
        (b'{"a": [1, 2.5, null, true, "x"]}', JSON, {"a": [1, 2.5, None, True, "x"]}),
        (b'{"a": 1}', "", {"a": 1}),
        (b"17", JSON, 17),
        (b'{"a": 1', JSON, '{"a": 1'),
        (b"tea and cake", "text/plain", "tea and cake"),
        ("café".encode(), "text/plain", "café"),
        ("café".encode("latin-1"), "text/plain; charset=latin-1", "café"),
        ("café".encode()[:-1], "text/plain", "caf"),
        (b"item=tea+cup&n=2", "application/x-www-form-urlencoded", {"item": "tea cup", "n": "2"}),
        (b"", JSON, None),
    ],
)
def test_a_body_is_shown_as_what_it_is(body: bytes, kind: str, wanted: object) -> None:
    assert shown(body, kind) == wanted


def test_what_is_no_text_is_shown_by_its_size_and_beginning() -> None:
    assert shown(b"\x89PNG\0\1\2", "image/png", size=5_000) == {
        "$type": "bytes",
        "size": 5_000,
        "head": "\\x89PNG\0\1\2",
    }
    assert shown_body(None, 9, "", Room(Walk())) == {"$type": "bytes", "size": 9}


def test_a_text_says_how_much_of_it_is_missing() -> None:
    assert shown(b"tea and", "text/plain", size=100) == "tea and…[+93 bytes]"
    text = shown(b"tea " * 100_000, "text/plain")
    assert text.startswith("tea tea")
    assert text.endswith(f"…[+{400_000 - BODY_CHARS_MAX} chars]")


def test_secrets_are_hidden_wherever_they_stand() -> None:
    body = {
        "user": {"password": WORD, "name": "Ann"},
        "headers": [["Authorization", WORD]],
        "fields": [{"name": "api_key", "value": WORD}],
    }
    walk = Walk()
    made = shown_json(body, Room(walk))
    assert WORD not in json.dumps(made)
    assert made["user"] == {"password": MARKER, "name": "Ann"}
    assert WORD in walk.taints
    assert shown(f"password={WORD}&a=1".encode(), "application/x-www-form-urlencoded") == {
        "password": MARKER,
        "a": "1",
    }


def test_many_values_are_cut_and_say_so() -> None:
    made = shown_json(list(range(100_000)), Room(Walk()))
    assert made[-1] == {"$cut": 100_000 - (len(made) - 1)}
    assert len(made) < 10_000
    named = shown_json({str(n): n for n in range(100_000)}, Room(Walk()))
    assert named["$cut"] == 100_000 - (len(named) - 1)


def test_depth_is_bounded() -> None:
    deep: Any = 1
    for _ in range(100):
        deep = [deep]
    assert '"$depth": true' in json.dumps(shown_json(deep, Room(Walk())))
    deep = 1
    for _ in range(100):
        deep = {"a": deep}
    assert '"$depth": true' in json.dumps(shown_json(deep, Room(Walk())))


def test_all_texts_together_are_bounded() -> None:
    made = shown_json(["tea " * 2_000] * 200, Room(Walk()))
    assert len(json.dumps(made)) < 2 * BODY_CHARS_MAX
    assert made[0] == "tea " * 2_000


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False)
        | st.text(max_size=20),
        lambda it: st.lists(it) | st.dictionaries(st.text(), it),
    )
)
def test_whatever_json_says_can_be_shown_as_json(value: Any) -> None:
    json.dumps(shown_json(value, Room(Walk())))


def test_what_is_no_json_is_missing() -> None:
    assert parsed(b"{") is MISSING
    assert parsed(b"[" * 100_000) is MISSING
    assert parsed(b"null") is None


def test_a_kept_body_is_decompressed_unless_the_client_did_it() -> None:
    kept = Kept(100)
    kept.add(b"plain", 0)
    assert read(kept, "") == b"plain"
    assert read(kept, "gzip", is_decoded=True) == b"plain"
    assert read(kept, "gzip") is None
