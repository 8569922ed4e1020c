"""One request to a server, sent until it is answered."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from backtrail.model.errors import NotFoundError, RefusedError, UnreachableError, UsageError
from backtrail.model.limits.reading import (
    SEND_ANSWER_BYTES_MAX,
    SEND_PAUSE_S_MAX,
    SEND_PAUSE_S_MIN,
    SEND_TIMEOUT_S,
)
from backtrail.model.version import __version__
from backtrail.serve.shipping.parcel import NDJSON, PATH, Answer, Parcel, encoded

_LEVEL = 3
"""Journals are made four to ten times smaller by it; a higher one takes long for little more."""
_OK, _NOT_FOUND = 200, 404
_AGAIN = frozenset({408, 429, 500, 502, 503, 504})
_REFUSED = frozenset({401, 403})
_SECONDS_DIGITS_MAX = 6


class _Problem(Struct):
    detail: str = ""
    hint: str | None = None


class Patience(Struct, frozen=True, kw_only=True):
    """How often, and after how long, what failed is sent again.

    Args:
        pause: waits so many seconds.
        jitter: a number from 0 to 1, another one each time; it keeps many senders apart.
        tries_max: `None` to go on for ever.
        told: is told why a request is to be sent again, and after how many seconds.
    """

    pause: Callable[[float], object]
    jitter: Callable[[], float]
    tries_max: int | None = None
    told: Callable[[str, float], object] = lambda _why, _seconds: None

    def seconds(self, tries: int, asked_s: float | None) -> float:
        """Return how long to wait after so many tries; at least what the server asked for."""
        most = min(SEND_PAUSE_S_MIN * 2.0 ** min(tries, 16), SEND_PAUSE_S_MAX)
        # Half of it is by chance: no two senders that failed together come together again.
        own = most / 2 + most / 2 * self.jitter()
        return max(own, min(asked_s or 0.0, SEND_PAUSE_S_MAX))


class _AgainError(Exception):
    """The same request may be answered another time."""

    def __init__(self, why: str, asked_s: float | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.asked_s = asked_s


class Server:
    """Where to send.

    Args:
        url: `http://host:port`, or with `https`, and a path where it is behind another server.
        key: what tells the server who sends; `None` sends none.

    Raises:
        UsageError: that is no such address.
    """

    def __init__(self, url: str, key: str | None, patience: Patience) -> None:
        self.url = url.rstrip("/")
        try:
            parts = urlsplit(self.url)
            host, port = parts.hostname, parts.port
        except ValueError:
            host = port = None
        if host is None or parts.scheme not in {"http", "https"} or parts.query:
            raise UsageError(
                f"{url!r} is no address of a server", hint="write http://127.0.0.1:4600"
            )
        self._path = parts.path + PATH
        self._patience = patience
        self._headers = {
            "Content-Type": NDJSON,
            "Content-Encoding": "gzip",
            "User-Agent": f"backtrail/{__version__}",
        }
        if key:
            self._headers["Authorization"] = f"Bearer {key}"
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self._connection = kind(host, port, timeout=SEND_TIMEOUT_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Let go of the connection."""
        self._connection.close()

    def post(self, parcels: list[Parcel]) -> Answer:
        """Send parcels, again and again if need be, until the server has answered.

        Raises:
            UnreachableError: it did not, so often.
            RefusedError: it does not take them from here.
            NotFoundError: it is no server of Backtrail, or an older one.
        """
        body = gzip.compress(encoded(parcels), _LEVEL)
        tries = 0
        while True:
            try:
                return self._posted(body)
            except (_AgainError, OSError, HTTPException) as error:
                self._connection.close()
                why = error.why if isinstance(error, _AgainError) else _said(error)
                tries += 1
                if self._patience.tries_max is not None and tries >= self._patience.tries_max:
                    raise UnreachableError(
                        f"{self.url} took nothing in {tries} tries, at last: {why}",
                        hint="start the server and send again; what it has is not sent twice",
                    ) from error
                asked_s = error.asked_s if isinstance(error, _AgainError) else None
                seconds = self._patience.seconds(tries - 1, asked_s)
                self._patience.told(why, seconds)
                self._patience.pause(seconds)

    def _posted(self, body: bytes) -> Answer:
        self._connection.request("POST", self._path, body, self._headers)
        with self._connection.getresponse() as response:
            said = response.read(SEND_ANSWER_BYTES_MAX)
            status = response.status
            if response.length and len(said) < SEND_ANSWER_BYTES_MAX:
                raise _AgainError("the answer ended too early")
            asked = response.headers.get("Retry-After", "")
        if status == _OK:
            try:
                return msgspec.json.decode(said, type=Answer)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise UnreachableError(
                    f"{self.url} answers what no server of Backtrail does",
                    hint="look at what listens there",
                ) from error
        problem = _problem(said)
        if status in _AGAIN:
            seconds = (
                float(asked) if asked.isdigit() and len(asked) <= _SECONDS_DIGITS_MAX else None
            )
            raise _AgainError(f"{status} {problem.detail}".strip(), seconds)
        if status in _REFUSED:
            raise RefusedError(
                f"{self.url} takes nothing from here: {status} {problem.detail}".strip(),
                hint=problem.hint or "--key-file names a file with a key that may send",
            )
        if status == _NOT_FOUND:
            raise NotFoundError(
                f"{self.url} does not take journals",
                hint="look at the address, and at the version of the server",
            )
        raise UnreachableError(
            f"{self.url} does not take what was sent: {status} {problem.detail}".strip(),
            hint=problem.hint or "bring `backtrail` to the same version on both machines",
        )


def _problem(said: bytes) -> _Problem:
    try:
        return msgspec.json.decode(said, type=_Problem)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _Problem()


def _said(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return f"{error}" or type(error).__name__
