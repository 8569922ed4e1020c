from __future__ import annotations

import pytest

from backtrail.serve.auth.cookies import cookie, csrf_of, is_csrf_of, no_cookie, secret_in


def test_a_cookie_is_for_this_site_only_and_not_for_scripts() -> None:
    plain = cookie("s3cret", is_secure=False)
    assert plain == "backtrail_session=s3cret; Max-Age=1209600; Path=/; HttpOnly; SameSite=Strict"
    secure = cookie("s3cret", is_secure=True)
    assert secure.startswith("__Host-backtrail_session=s3cret; ")
    assert secure.endswith("; HttpOnly; SameSite=Strict; Secure")
    assert "Domain" not in secure
    assert "Max-Age=0" in no_cookie(is_secure=True)


@pytest.mark.parametrize(
    ("header", "secret"),
    [
        ("backtrail_session=abc", "abc"),
        ("theme=dark; backtrail_session=abc; x=y", "abc"),
        ("__Host-backtrail_session=abc", None),
        ("backtrail_session=", None),
        ("other=abc", None),
        ("", None),
        (None, None),
        ("backtrail_session=" + "x" * 5_000, None),
        ("=;=;;;\0", None),
    ],
)
def test_the_secret_is_read_from_the_cookie(header: str | None, secret: str | None) -> None:
    assert secret_in(header, is_secure=False) == secret


def test_behind_tls_only_the_cookie_of_tls_counts() -> None:
    assert secret_in("backtrail_session=abc", is_secure=True) is None
    assert secret_in("__Host-backtrail_session=abc", is_secure=True) == "abc"


def test_what_a_page_sends_beside_belongs_to_one_session() -> None:
    assert is_csrf_of(csrf_of("one"), "one")
    assert not is_csrf_of(csrf_of("two"), "one")
    assert not is_csrf_of("", "one")
    assert not is_csrf_of("one", "one")
    assert not is_csrf_of("\ud800é", "one")
    assert "one" not in csrf_of("one")
