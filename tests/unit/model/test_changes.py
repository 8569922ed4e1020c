from __future__ import annotations

import msgspec
import pytest

from backtrail.model.changes import LockAcquired, LockBody, LockUsed, StateChanged, blob_place


@pytest.mark.parametrize("body", LockBody.__subclasses__())
def test_every_event_of_a_lock_tells_which_lock_it_is(body: type[LockBody]) -> None:
    names = {field.name for field in msgspec.structs.fields(body)}
    assert {"lock", "lock_id", "lock_type", "owner", "caller"} <= names
    assert body in {LockAcquired, LockUsed, *LockBody.__subclasses__()}


def test_a_change_of_state_says_how_it_was_seen() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"name": "cart", "how": "guessed"}, StateChanged)
    changed = StateChanged(name="cart", how="tracked", before=[], after=[1])
    assert msgspec.json.decode(msgspec.json.encode(changed), type=StateChanged) == changed


def test_a_blob_lies_in_the_folder_that_its_name_begins_with() -> None:
    assert blob_place("ab12") == ("ab", "ab12.json")
