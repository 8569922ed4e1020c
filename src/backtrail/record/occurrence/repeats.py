"""How often the same error has come, so that a loop of errors does not drown everything else.

Of each identity the first few of a window are recorded in full; later ones are counted. Nothing
here takes a lock: in the worst case two threads at once record one error more than intended.
"""

from __future__ import annotations

from msgspec import Struct

from backtrail.model.limits import REPEATS_FULL_MAX, REPEATS_IDENTITIES_MAX, REPEATS_WINDOW_S

_PRIME = (1 << 64) - 59
"""The largest prime below 2**64."""
NS_PER_S = 1_000_000_000
COUNTED_EACH = 100
"""So many repeats of a window are written one by one; then only every doubling."""


class Seen(Struct):
    """An identity and how often it came."""

    fingerprint: str
    since_ns: int
    full: int = 0
    repeats: int = 0
    """Counted in this window."""
    unreported: int = 0
    """Counted since the last one in full."""


_seen: dict[tuple[object, ...], Seen] = {}


def seen(identity: tuple[object, ...], now_ns: int) -> Seen:
    """Return what is known of an identity, in the window that holds this moment."""
    known = _seen.get(identity)
    if known is None:
        if len(_seen) >= REPEATS_IDENTITIES_MAX:
            _seen.clear()
        known = _seen[identity] = Seen(fingerprint_of(identity), now_ns)
    elif now_ns - known.since_ns > REPEATS_WINDOW_S * NS_PER_S:
        known.since_ns, known.full, known.repeats = now_ns, 0, 0
    return known


def is_full(known: Seen) -> bool:
    """Tell whether one more is recorded in full, and count it."""
    if known.full < REPEATS_FULL_MAX:
        known.full += 1
        return True
    known.repeats += 1
    known.unreported += 1
    return False


def is_worth_writing(repeats: int) -> bool:
    """Tell whether the count of repeats is written: each of the first, then every doubling."""
    return repeats <= COUNTED_EACH or not repeats & (repeats - 1)


def forget() -> None:
    """Start afresh."""
    _seen.clear()


def fingerprint_of(identity: tuple[object, ...]) -> str:
    """Return 16 hex digits that are the same for the same identity, in every process.

    The text as one number, modulo a prime: no hash of the standard library is cheaper to import,
    and nobody gains by making two errors look alike.
    """
    text = "\0".join(map(str, identity))
    return f"{int.from_bytes(text.encode('utf-8', 'backslashreplace')) % _PRIME:016x}"
