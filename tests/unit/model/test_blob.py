from __future__ import annotations

from backtrail.model.blob import place


def test_a_blob_lies_in_the_folder_that_its_name_begins_with() -> None:
    assert place("ab12") == ("ab", "ab12.json")
