from __future__ import annotations

import pytest

from backtrail.serve.journal.room import BusyError, Room


def test_what_is_taken_is_given_back_even_when_it_was_too_much() -> None:
    room = Room(most=100)
    with room.share() as share:
        share.grow(60)
        share.grow(40)
        assert room.taken == 100
        with pytest.raises(BusyError, match="100 bytes of other requests"):
            room.take(1)
    assert (room.taken, room.refused) == (0, 1)
    with pytest.raises(BusyError), room.share() as share:
        share.grow(101)
    assert room.taken == 0
