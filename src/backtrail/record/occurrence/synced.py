"""When error records are forced to the disk.

What is in the journal survives the death of the process without that; it is the loss of power
that needs it, and it is the dearest part of a record. So an error that ends the program, or a
part of it, is forced at once, and of those that the program survives at most one a second is,
together with all that came before it.
"""

from __future__ import annotations

from msgspec import Struct

from backtrail.model.limits import SYNC_EVERY_S
from backtrail.record import journal

LAST_WORDS = frozenset({"uncaught", "thread", "hang", "deadlock"})
"""Mechanisms after which there may be no other chance."""
NS_PER_S = 1_000_000_000


class _State(Struct):
    synced_ns: int = -NS_PER_S * 3600
    pending: int = 0
    """Bytes of records written since then."""


_state = _State()


def up_to_here(size: int, *, must: bool) -> None:
    """Force the journal to the disk, or leave that to a later record.

    Args:
        size: bytes of the record that was just written.
        must: whether it may be the last one.
    """
    now = journal.clock().monotonic_ns()
    if not must and now - _state.synced_ns < SYNC_EVERY_S * NS_PER_S:
        _state.pending += size
        return
    journal.sync(size + _state.pending)
    _state.synced_ns, _state.pending = now, 0
