from __future__ import annotations

import pytest

from backtrail.model.limits import ARGUMENTS_MAX
from backtrail.record.capture.redact import MARKER
from backtrail.record.capture.secrets.command import clean_command


@pytest.mark.parametrize("option", ["--password", "--api-key", "-token", "--db_password"])
def test_the_word_behind_a_secret_option_is_redacted(option: str) -> None:
    words = ["app", option, "open sesame", "--port", "80"]
    assert clean_command(words) == ["app", option, MARKER, "--port", "80"]


def test_an_option_is_no_value_of_the_one_before() -> None:
    assert clean_command(["--password", "--port", "80"]) == ["--password", "--port", "80"]


def test_each_word_is_redacted_by_itself_too() -> None:
    assert clean_command(["--password=sesame", "--user=ann"]) == [
        f"--password={MARKER}",
        "--user=ann",
    ]


def test_what_is_no_text_is_written_as_text_and_a_long_line_is_cut() -> None:
    assert clean_command(range(ARGUMENTS_MAX * 2)) == [str(n) for n in range(ARGUMENTS_MAX)]
