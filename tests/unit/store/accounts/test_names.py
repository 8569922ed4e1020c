from __future__ import annotations

from pathlib import Path

import pytest

from backtrail.model.errors import UsageError
from backtrail.store.accounts.names import checked, project_home

BAD = ["", "..", ".", "a/b", "../x", "A", "a\n", "a b", "-a", "_a", "a" * 65, "ä", "a\0", "con\\x"]


@pytest.mark.parametrize("name", BAD)
def test_a_project_cannot_lead_out_of_its_folder(name: str) -> None:
    with pytest.raises(UsageError, match="is no name of a project"):
        project_home(Path("/srv/.backtrail"), name)


def test_a_project_is_below_the_home_and_default_is_the_home() -> None:
    home = Path("/srv/.backtrail")
    assert project_home(home, "default") == home
    assert project_home(home, "kiln-2_b") == home / "projects" / "kiln-2_b"


@pytest.mark.parametrize("name", BAD)
def test_a_user_has_a_plain_name(name: str) -> None:
    with pytest.raises(UsageError, match="is no name of a user"):
        checked("user", name)


def test_names_that_are_fine_are_returned() -> None:
    assert checked("user", "ada.l@example.org") == "ada.l@example.org"
    assert checked("key", "CI of main/build") == "CI of main/build"
