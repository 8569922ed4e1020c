"""A name that a program calls secret later is hidden from then on, whatever was seen before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import backtrail
from backtrail.record.capture.redact import MARKER
from recorded import events, recording


def fail() -> None:
    # It is too short to be searched for elsewhere: only its name hides it.
    owner, iban = "anna", "DE" + str(len("twelve letters"))
    raise ValueError(len(owner + iban))


def variables(home: Path, **settings: Any) -> dict[str, Any]:
    """Fail while recording with some settings, and return what is shown of the variables."""
    with recording(home, **settings):
        try:
            fail()
        except ValueError as error:
            backtrail.capture_exception(error)
    *_, raised = events(home, "error.raised")
    assert isinstance(raised.body, dict)
    found: dict[str, Any] = raised.body["frames"][0]["locals"]
    return found


def test_a_variable_that_was_shown_is_hidden_once_its_name_is_secret(tmp_path: Path) -> None:
    assert variables(tmp_path / "before") == {"owner": "anna", "iban": "DE14"}
    after = tmp_path / "after"
    assert variables(after, redact_names=("iban",)) == {"owner": "anna", "iban": MARKER}
    assert b"DE14" not in b"".join(path.read_bytes() for path in after.rglob("*.json*"))
