from __future__ import annotations

import pytest

from backtrail.record.calls.addresses import (
    head_of,
    header,
    host_of,
    path_of,
    shown_url,
    text_of,
)
from backtrail.record.capture.redact import MARKER, use_secret_names
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
    assert head_of(headers, walk).shown == {
        "x-page": "2",
        "authorization": MARKER,
        "set-cookie": MARKER,
    }
    assert WORD in walk.taints


def test_headers_are_bounded() -> None:
    walk = Walk()
    shown = head_of([(f"x-{n}", "v" * 2_000) for n in range(100)], walk).shown
    assert len(shown) == 40
    assert len(shown["x-0"]) < 600
    assert walk.cuts


def test_what_a_head_says_of_its_content_is_known() -> None:
    head = head_of([("Content-Type", "text/event-stream; a=b"), (b"Content-Encoding", b"br")])
    assert (head.kind, head.encoding, head.is_stream) == ("text/event-stream; a=b", "br", True)
    assert not head_of([("Content-Type", "text/html")]).is_stream


def test_limits_are_numbers_where_they_can_be() -> None:
    head = head_of([("X-RateLimit-Remaining", "0"), ("ratelimit-reset", "6m"), ("x-page", "2")])
    assert head.limits == {"x-ratelimit-remaining": 0, "ratelimit-reset": "6m"}


def test_headers_that_come_again_are_not_looked_at_again_unless_they_hold_a_secret() -> None:
    plain, secret = [("x-page", "7")], [("authorization", f"Bearer {WORD}")]
    assert head_of(plain) is head_of(list(plain))
    for _ in range(2):
        walk = Walk()
        assert head_of(secret, walk).shown == {"authorization": MARKER}
        assert WORD in walk.taints


def test_names_that_become_secret_are_secret_in_headers_seen_before() -> None:
    headers = [("x-club-word", WORD)]
    assert head_of(headers).shown == {"x-club-word": WORD}
    use_secret_names(["club-word"])
    try:
        assert head_of(headers).shown == {"x-club-word": MARKER}
    finally:
        use_secret_names([])


def test_parts_are_found() -> None:
    assert header([(b"Content-Type", b"a/b"), ("X-Page", "2")], "x-page") == "2"
    assert header([], "x-page") == ""
    assert path_of("http://h:80/a/b?c=/d#e") == "/a/b"
    assert path_of("http://h") == "/"
    assert host_of("http://ann:pw@h:80/a") == "h:80"
    assert (text_of(b"caf\xe9"), text_of("a"), text_of(3)) == ("café", "a", "")
