from __future__ import annotations

import pytest

from backtrail.record.calls.addresses import (
    header,
    host_of,
    path_of,
    shown_headers,
    shown_url,
    text_of,
)
from backtrail.record.capture.redact import MARKER
from backtrail.record.capture.values.walk import Walk

WORD = "correct" + "horsebattery"
"""A secret that does not look like one."""
RANDOM = "f3Kq9" + "Zt7Lm2Xw8Rb1"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://h:80/a/b?page=2&q=tea%20cup", "http://h:80/a/b?page=2&q=tea%20cup"),
        (f"http://h/a?api_key={WORD}&page=2", f"http://h/a?api_key={MARKER}&page=2"),
        (f"http://h/a?key={RANDOM}", f"http://h/a?key={MARKER}"),
        (f"http://h/a?sig={WORD}", f"http://h/a?sig={MARKER}"),
        ("http://h/a?code=LIS&key=lowest-price", "http://h/a?code=LIS&key=lowest-price"),
        (f"http://h/a?api%5Fkey={WORD}", f"http://h/a?api%5Fkey={MARKER}"),
        (f"http://ann:{WORD}@h/a", f"http://{MARKER}@h/a"),
    ],
)
def test_a_url_is_shown_without_its_secrets(url: str, shown: str) -> None:
    assert shown_url(url, Walk()) == shown


def test_a_secret_of_a_url_is_known_from_then_on() -> None:
    walk = Walk()
    shown_url(f"http://h/a?token={WORD}", walk)
    assert WORD in walk.taints


def test_a_long_url_says_how_much_is_missing() -> None:
    shown = shown_url("http://h/" + "a b" * 1_000, Walk())
    assert shown.endswith("…[+961 chars]")


def test_headers_are_shown_in_lower_case_without_secrets_and_what_says_nothing() -> None:
    walk = Walk()
    headers = [
        (b"Host", b"h"),
        (b"X-Page", b"2"),
        (b"Authorization", f"Bearer {WORD}".encode()),
        ("Set-Cookie", f"sid={WORD}"),
        ("x-stainless-lang", "python"),
    ]
    assert shown_headers(headers, walk) == {
        "x-page": "2",
        "authorization": MARKER,
        "set-cookie": MARKER,
    }
    assert WORD in walk.taints


def test_headers_are_bounded() -> None:
    walk = Walk()
    shown = shown_headers([(f"x-{n}", "v" * 2_000) for n in range(100)], walk)
    assert len(shown) == 40
    assert len(shown["x-0"]) < 600
    assert walk.cuts


def test_parts_are_found() -> None:
    assert header([(b"Content-Type", b"a/b"), ("X-Page", "2")], "x-page") == "2"
    assert header([], "x-page") == ""
    assert path_of("http://h:80/a/b?c=/d#e") == "/a/b"
    assert path_of("http://h") == "/"
    assert host_of("http://ann:pw@h:80/a") == "h:80"
    assert (text_of(b"caf\xe9"), text_of("a"), text_of(3)) == ("café", "a", "")
