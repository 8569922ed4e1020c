"""What a request is refused for, each with the status that it is answered with."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType

from backtrail.model.errors import BacktrailError, ExitCode


class RefusedRequestError(BacktrailError):
    """A request is not answered, because of who asks or how often."""

    exit_code = ExitCode.REFUSED
    status = HTTPStatus.FORBIDDEN
    actor = "nobody"
    """Who asked, if that is known."""

    @property
    def headers(self) -> dict[str, str]:
        """What the answer says beside it."""
        return {}


class UnknownCallerError(RefusedRequestError):
    """Nobody is known by what was sent."""

    status = HTTPStatus.UNAUTHORIZED

    @property
    def headers(self) -> dict[str, str]:
        """How to say who one is."""
        return {"WWW-Authenticate": 'Bearer realm="backtrail"'}


class NotAllowedError(RefusedRequestError):
    """Whoever asks may not do that."""


class TooOftenError(RefusedRequestError):
    """It is asked more often than is answered."""

    status = HTTPStatus.TOO_MANY_REQUESTS

    def __init__(
        self,
        message: str,
        *,
        hint: str,
        retry_after_s: int,
        limits: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        super().__init__(message, hint=hint)
        self.retry_after_s = retry_after_s
        self._limits = limits

    @property
    def headers(self) -> dict[str, str]:
        """When to try again."""
        return {"Retry-After": str(self.retry_after_s), **self._limits}
