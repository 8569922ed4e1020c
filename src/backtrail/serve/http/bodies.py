"""The body of a request, read within bounds and brought to the struct that a route takes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import anyio
import msgspec
from msgspec import Struct
from starlette.requests import Request

from backtrail.model.errors import UsageError
from backtrail.model.event import Json
from backtrail.model.limits.reading import REQUEST_BODY_BYTES_MAX, REQUEST_READ_S_MAX

Shape = TypeVar("Shape", bound=Struct)
FITS = "/api/openapi.json says what fits"


def body_of(shape: type[Shape]) -> Callable[[Request], Awaitable[Shape]]:
    """Return what reads the body of a request as JSON of this shape.

    It raises UsageError when the body is too large, too slow, or does not fit.
    """

    async def read(request: Request) -> Shape:
        raw = await _bytes(request)
        try:
            return msgspec.convert(_whole(msgspec.json.decode(raw or b"{}")), shape)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            # The value itself is not told: it may be a password.
            wrong = f"{error}".replace("Object ", "").replace(" - at `$.", ", in `")
            raise UsageError(f"the body does not fit: {wrong}", hint=FITS) from error

    return read


async def _bytes(request: Request) -> bytes:
    found = bytearray()
    try:
        with anyio.fail_after(REQUEST_READ_S_MAX):
            async for piece in request.stream():
                found += piece
                if len(found) > REQUEST_BODY_BYTES_MAX:
                    raise UsageError(
                        f"the body has more than {REQUEST_BODY_BYTES_MAX} bytes", hint=FITS
                    )
    except TimeoutError as error:
        raise UsageError(
            f"the body did not come within {REQUEST_READ_S_MAX:g} s", hint="send it again"
        ) from error
    return bytes(found)


def _whole(value: Any) -> Json:  # noqa: ANN401 - any JSON
    """Write members such as 5.0 as whole numbers: JSON has only one sort of them."""
    if type(value) is not dict:
        found: Json = value
        return found
    return {
        name: int(each) if type(each) is float and each.is_integer() else each
        for name, each in value.items()
    }
