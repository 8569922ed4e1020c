from __future__ import annotations

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization

from backtrail.model.clock import NS_PER_S
from backtrail.model.limits.reading import SIGNING_KEY_S_MAX, TOKEN_S_MAX
from backtrail.serve.auth.tokens import Claims, Keyring, new_key
from backtrail.store.accounts.sessions import signing_keys
from gates import World

CLAIMS = Claims(user_id=7, session_no=3)
PUBLIC = (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def private_of(pem: str) -> Any:
    return serialization.load_pem_private_key(pem.encode(), password=None)


def said(world: World, **changes: Any) -> dict[str, Any]:
    """Return what a good token would say, with changes; `None` leaves out."""
    now = world.now // NS_PER_S
    usual = {
        "iss": "backtrail",
        "aud": "backtrail-api",
        "sub": "7",
        "sid": "3",
        "iat": now,
        "exp": now + TOKEN_S_MAX,
    }
    return {name: value for name, value in (usual | changes).items() if value is not None}


@pytest.fixture
def ring(world: World) -> Keyring:
    """A keyring that has signed once."""
    world.gate.keyring.sign(CLAIMS, now_unix_ns=world.now)
    return world.gate.keyring


def own(world: World, claims: dict[str, Any], **header: Any) -> str:
    """Sign whatever with the server's own key."""
    [key] = signing_keys(world.gate.accounts)
    headers = {"kid": key.kid, **header}
    return jwt.encode(claims, private_of(key.private_pem), algorithm="RS256", headers=headers)


def test_a_token_is_good_for_minutes(world: World, ring: Keyring) -> None:
    token, ends = ring.sign(CLAIMS, now_unix_ns=world.now)
    assert ends == world.now + TOKEN_S_MAX * NS_PER_S
    assert ring.verified(token, now_unix_ns=world.now) == CLAIMS
    assert ring.verified(token, now_unix_ns=ends - 1) == CLAIMS
    assert ring.verified(token, now_unix_ns=ends) is None
    assert ring.verified(own(world, said(world)), now_unix_ns=world.now) == CLAIMS


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "somebody"},
        {"iss": None},
        {"aud": "another-api"},
        {"aud": None},
        {"exp": None},
        {"iat": None},
        {"sub": None},
        {"sid": None},
        {"sid": "x"},
        {"sub": "9" * 5_000},
        {"exp": 1},
        {"exp": 10**12},
        {"exp": "soon"},
        {"iat": 10**12},
    ],
)
def test_what_a_token_must_say_is_looked_at(
    world: World, ring: Keyring, changes: dict[str, Any]
) -> None:
    try:
        token = own(world, said(world, **changes))
    except TypeError:
        pytest.fail("the sample itself cannot be signed")
    assert ring.verified(token, now_unix_ns=world.now) is None


def part(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def test_no_other_algorithm_is_taken(world: World, ring: Keyring) -> None:
    [key] = signing_keys(world.gate.accounts)
    claims = part(json.dumps(said(world)).encode())
    public = private_of(key.private_pem).public_key().public_bytes(*PUBLIC)
    for algorithm, sign in (
        ("none", lambda _: b""),
        ("None", lambda _: b""),
        ("HS256", lambda text: hmac.digest(public, text, hashlib.sha256)),
        ("RS512", lambda _: b"x" * 256),
    ):
        head = part(json.dumps({"alg": algorithm, "kid": key.kid, "typ": "JWT"}).encode())
        signed = f"{head}.{claims}"
        token = f"{signed}.{part(sign(signed.encode()))}"
        assert ring.verified(token, now_unix_ns=world.now) is None, algorithm


@pytest.mark.parametrize("whose", ["own", "known", "none", "empty"])
def test_another_key_signs_nothing_that_is_taken(world: World, ring: Keyring, whose: str) -> None:
    stranger = new_key(world.now)
    [key] = signing_keys(world.gate.accounts)
    kid = {"own": stranger.kid, "known": key.kid, "empty": ""}.get(whose)
    headers = {} if kid is None else {"kid": kid}
    token = jwt.encode(
        said(world), private_of(stranger.private_pem), algorithm="RS256", headers=headers
    )
    assert ring.verified(token, now_unix_ns=world.now) is None


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "..", "é", "\0", "a" * 4_000, "bt_x"])
def test_what_is_no_token_is_none(world: World, ring: Keyring, text: str) -> None:
    assert ring.verified(text, now_unix_ns=world.now) is None


def test_another_key_signs_after_a_while_and_the_old_one_verifies_its_last_token(
    world: World, ring: Keyring
) -> None:
    world.later(SIGNING_KEY_S_MAX - 1)
    last, _ = ring.sign(CLAIMS, now_unix_ns=world.now)
    world.later(2)
    first, _ = ring.sign(CLAIMS, now_unix_ns=world.now)
    kids = [jwt.get_unverified_header(token)["kid"] for token in (first, last)]
    assert kids == [key.kid for key in ring.keys(world.now)]
    assert ring.verified(last, now_unix_ns=world.now) == CLAIMS
    assert [key["kid"] for key in ring.published(world.now)] == kids
    world.later(TOKEN_S_MAX)
    assert [key.kid for key in ring.keys(world.now)] == kids[:1]
    world.later(SIGNING_KEY_S_MAX)
    ring.sign(CLAIMS, now_unix_ns=world.now)
    kept = [key.kid for key in signing_keys(world.gate.accounts)]
    assert len(kept) == 1
    assert not set(kids) & set(kept)


def test_only_the_public_half_is_published_and_it_verifies(world: World, ring: Keyring) -> None:
    token, _ = ring.sign(CLAIMS, now_unix_ns=world.now)
    [key] = ring.published(world.now)
    assert key.keys() == {"kty", "use", "alg", "kid", "n", "e"}
    found = jwt.decode(
        token,
        jwt.PyJWK(key),
        algorithms=["RS256"],
        audience="backtrail-api",
        options={"verify_exp": False},
    )
    assert found["sub"] == "7"


def test_a_server_that_starts_again_takes_its_tokens(world: World, ring: Keyring) -> None:
    token, _ = ring.sign(CLAIMS, now_unix_ns=world.now)
    again = Keyring(world.gate.accounts)
    assert again.verified(token, now_unix_ns=world.now) == CLAIMS
