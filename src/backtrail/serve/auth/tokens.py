"""Tokens: signed by RS256, good for minutes, and only as long as the session that they are of.

A key signs for `SIGNING_KEY_S_MAX`; then another one is made, and the old one verifies until the
last token that it signed has ended.
"""

from __future__ import annotations

from hashlib import sha256
from threading import Lock
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm
from msgspec import Struct

from backtrail.model.clock import NS_PER_S
from backtrail.model.limits.reading import SIGNING_KEY_S_MAX, TOKEN_S_MAX
from backtrail.store.accounts.database import Accounts
from backtrail.store.accounts.rows import SigningKey
from backtrail.store.accounts.sessions import drop_signing_key, keep_signing_key, signing_keys

ALGORITHM = "RS256"
ISSUER = "backtrail"
AUDIENCE = "backtrail-api"
KEY_BITS = 2048
_KID_DIGITS = 32
_CLAIMS = ("iss", "aud", "sub", "sid", "iat", "exp")


class Claims(Struct, frozen=True, kw_only=True):
    """What a token says, once it is verified."""

    user_id: int
    session_no: int


class Keyring:
    """The keys of a server; one is made when the first token is signed."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts
        self._making = Lock()
        self._loaded: dict[str, rsa.RSAPrivateKey] = {}

    def sign(self, claims: Claims, *, now_unix_ns: int) -> tuple[str, int]:
        """Return a token, and when it ends."""
        key = self._signing(now_unix_ns)
        begun_s = now_unix_ns // NS_PER_S
        said = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": str(claims.user_id),
            "sid": str(claims.session_no),
            "iat": begun_s,
            "exp": begun_s + TOKEN_S_MAX,
        }
        token = jwt.encode(said, self._private(key), algorithm=ALGORITHM, headers={"kid": key.kid})
        return token, (begun_s + TOKEN_S_MAX) * NS_PER_S

    def verified(self, token: str, *, now_unix_ns: int) -> Claims | None:
        """Return what a token says; `None` when it is not ours, changed, or over."""
        try:
            kid = jwt.get_unverified_header(token).get("kid")
            key = next((key for key in self.keys(now_unix_ns) if key.kid == kid), None)
            if key is None:
                return None
            said = jwt.decode(
                token,
                self._private(key).public_key(),
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                issuer=ISSUER,
                # Times are compared below with the clock that was given.
                options={
                    "require": list(_CLAIMS),
                    "verify_exp": False,
                    "verify_iat": False,
                    "verify_nbf": False,
                },
            )
            return _claims(said, now_unix_ns // NS_PER_S)
        except (jwt.PyJWTError, ValueError, TypeError, OverflowError):
            return None

    def keys(self, now_unix_ns: int) -> list[SigningKey]:
        """Return the keys that verify tokens, the one that signs first."""
        oldest = now_unix_ns - (SIGNING_KEY_S_MAX + TOKEN_S_MAX) * NS_PER_S
        return [key for key in signing_keys(self._accounts) if key.created_unix_ns > oldest]

    def published(self, now_unix_ns: int) -> list[dict[str, str]]:
        """Return the public halves of those keys, as JSON Web Keys."""
        found = []
        for key in self.keys(now_unix_ns):
            told: dict[str, Any] = RSAAlgorithm.to_jwk(
                self._private(key).public_key(), as_dict=True
            )
            numbers = {"n": str(told["n"]), "e": str(told["e"])}
            found.append({"kty": "RSA", "use": "sig", "alg": ALGORITHM, "kid": key.kid, **numbers})
        return found

    def _signing(self, now_unix_ns: int) -> SigningKey:
        """Return the key that signs, and make it when the one before has served its time."""
        with self._making:
            known = signing_keys(self._accounts)
            if known and now_unix_ns - known[0].created_unix_ns < SIGNING_KEY_S_MAX * NS_PER_S:
                return known[0]
            made = new_key(now_unix_ns)
            good = {key.kid for key in self.keys(now_unix_ns)}
            with self._accounts.writing() as writing:
                keep_signing_key(writing, made)
                for key in known:
                    if key.kid not in good:
                        drop_signing_key(writing, key.kid)
            return made

    def _private(self, key: SigningKey) -> rsa.RSAPrivateKey:
        found = self._loaded.get(key.kid)
        if found is None:
            loaded = serialization.load_pem_private_key(key.private_pem.encode(), password=None)
            assert isinstance(loaded, rsa.RSAPrivateKey), key.kid
            found = self._loaded[key.kid] = loaded
        return found


def new_key(now_unix_ns: int) -> SigningKey:
    """Make a key; only the operating system's randomness is good enough for it."""
    private = rsa.generate_private_key(public_exponent=65_537, key_size=KEY_BITS)
    public = private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return SigningKey(
        kid=sha256(public).hexdigest()[:_KID_DIGITS],
        private_pem=pem.decode(),
        created_unix_ns=now_unix_ns,
    )


def _claims(said: dict[str, Any], now_s: int) -> Claims | None:
    begun_s, ends_s = int(said["iat"]), int(said["exp"])
    if not begun_s - TOKEN_S_MAX <= now_s < ends_s or ends_s - begun_s > TOKEN_S_MAX:
        return None
    return Claims(user_id=int(said["sub"]), session_no=int(said["sid"]))
