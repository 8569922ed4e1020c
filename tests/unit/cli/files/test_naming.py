from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrail.cli.files.naming import NAME_BYTES_MAX, NO_SESSION, file_name, session_folder


@given(text=st.text(min_size=1, max_size=400))
def test_a_name_is_one_part_of_a_path_and_short(text: str) -> None:
    name = file_name(text)
    assert PurePosixPath(name).parts == (name,)
    assert name.isascii()
    assert not name.startswith(".")
    assert 0 < len(name) <= NAME_BYTES_MAX


@given(one=st.text(max_size=300), other=st.text(max_size=300))
def test_two_texts_never_have_one_name(one: str, other: str) -> None:
    assert (file_name(one) == file_name(other)) == (one == other)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("till", "till"),
        ("a/b", "a%2Fb"),
        ("a_b", "a_b"),
        ("..", "%2E."),
        ("../../etc/passwd", "%2E.%2F..%2Fetc%2Fpasswd"),
        ("a b\n", "a%20b%0A"),
        ("naïve", "na%C3%AFve"),
    ],
)
def test_plain_names_stay_and_others_are_written_out(text: str, name: str) -> None:
    assert file_name(text) == name


def test_names_that_are_cut_stay_apart() -> None:
    names = {file_name("x" * 500 + end) for end in ("a", "b", "")}
    assert len(names) == 3
    assert all(name.startswith("xxxx") for name in names)


def test_no_session_has_the_name_that_stands_for_none() -> None:
    assert session_folder(None) == NO_SESSION
    assert session_folder(NO_SESSION) != NO_SESSION
    assert session_folder("till") == "till"
