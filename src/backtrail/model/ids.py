"""Identities: how they are made, written and read back.

A trace id is a UUIDv7 as 32 lower-case hex digits: a UUID, a valid W3C Trace Context id, and
sortable by time. A span id is 16 hex digits. What people type may be dashed, upper-case or a
prefix; `normalized` brings it to the stored form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, count, repeat
from operator import add

SPAN_ID_DIGITS = 16

_STORED = re.compile(r"[0-9a-f]{1,32}\Z")
_TRACEPARENT = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?\Z")
_ENTROPY_BYTES = 10
_VARIANT_2 = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}
"""A digit whose first two bits are made `10`."""
_BLOCK_BITS = 8
_BLOCKS_TOP_BIT = 1 << 55
_BLOCKS_MASK = (_BLOCKS_TOP_BIT >> 1) - 1
"""One bit less than there is room for: however many ids follow, none gets longer."""
_LAST_DIGITS = [f"{number:02x}" for number in range(1 << _BLOCK_BITS)]


def uuid7(time_unix_ns: int, entropy: bytes) -> str:
    """Make a UUIDv7 as 32 hex digits from a time and ten random bytes.

    Source:
        RFC 9562, section 5.7: 48 bits of milliseconds, version 7, 12 random bits, variant 2,
        62 random bits.
    """
    assert len(entropy) == _ENTROPY_BYTES, len(entropy)
    milliseconds = time_unix_ns // 1_000_000 & 0xFFFF_FFFF_FFFF
    digits = entropy.hex()
    variant = _VARIANT_2[digits[4]]
    return f"{milliseconds:012x}7{digits[1:4]}{variant}{digits[5:]}"


def span_ids(seed: int) -> Iterator[str]:
    """Make span ids without end, each one more than the one before, from a random start.

    An id costs the joining of two texts, which is all that a span can spend on it.

    Args:
        seed: 64 random bits; of their number the first digit is made to be no zero.
    """
    first = (seed >> _BLOCK_BITS) & _BLOCKS_MASK | _BLOCKS_TOP_BIT
    return chain.from_iterable(map(_block, count(first)))


def _block(number: int) -> Iterator[str]:
    """Return the ids that begin with this number."""
    return map(add, repeat(f"{number:014x}"), _LAST_DIGITS)


def normalized(text: str) -> str | None:
    """Return an id, or a prefix of one, in its stored form; `None` when it cannot be one."""
    lowered = text.strip().lower().replace("-", "")
    return lowered if _STORED.match(lowered) else None


def dashed(trace_id: str) -> str:
    """Write a trace id as a UUID is written, for tools that want one."""
    parts = (trace_id[:8], trace_id[8:12], trace_id[12:16], trace_id[16:20], trace_id[20:])
    return "-".join(parts)


def traceparent(trace_id: str, span_id: str | None) -> str:
    """Write the W3C `traceparent` that hands a trace on; no span is the all-ones span id."""
    return f"00-{trace_id}-{span_id or NO_SPAN}-01"


def parse_traceparent(text: str) -> tuple[str, str | None] | None:
    """Read the trace id and the parent span id out of a W3C `traceparent`.

    An invalid header gives `None`, as the standard asks: version `ff`, or an id of zeros. A later
    version is read by its first four fields.

    Source:
        W3C Trace Context, section 3.2.
    """
    match = _TRACEPARENT.match(text.strip())
    if match is None:
        return None
    version, trace_id, span_id, _flags, rest = match.groups()
    is_extended = rest is not None
    if version == "ff" or (version == "00" and is_extended):
        return None
    if not int(trace_id, 16) or not int(span_id, 16):
        return None
    return trace_id, None if span_id == NO_SPAN else span_id


NO_SPAN = "f" * SPAN_ID_DIGITS
"""Stands in a `traceparent` for "the trace itself": the standard has no word for it."""
