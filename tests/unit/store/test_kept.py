from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrail.model.errors import StoreError
from backtrail.store.kept import FILE_NAME, Kept, add_dropped, forget_dropped, pin, read_kept, unpin


def test_nothing_is_kept_at_first(home: Path) -> None:
    assert read_kept(home) == Kept()


@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["pin", "unpin"]), st.sampled_from(["a", 'b"', "ü/\n"])),
        max_size=12,
    )
)
def test_a_pin_is_there_until_it_is_taken_off(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str]]
) -> None:
    home = tmp_path_factory.mktemp("home")
    expected: set[str] = set()
    for step, trace in steps:
        (pin if step == "pin" else unpin)(home, trace)
        (expected.add if step == "pin" else expected.discard)(trace)
    assert read_kept(home).pins == expected


def test_a_torn_line_hides_no_other(home: Path) -> None:
    pin(home, "a")
    with (home / FILE_NAME).open("ab") as file:
        file.write(b'{"fact":"pin')
    pin(home, "b")
    assert read_kept(home).pins == {"a", "b"}


def test_a_drop_is_remembered_up_to_its_latest_time(home: Path) -> None:
    add_dropped(home, {"a": 5, "b": 7})
    add_dropped(home, {"a": 3})
    assert read_kept(home).dropped == {"a": 5, "b": 7}


def test_forgetting_drops_forgets_no_pin(home: Path) -> None:
    pin(home, "p")
    pin(home, "q")
    unpin(home, "q")
    add_dropped(home, {"a": 5, "b": 7})
    forget_dropped(home, before_unix_ns=6)
    assert read_kept(home) == Kept(pins=frozenset({"p"}), dropped={"b": 7})
    assert b'"q"' not in (home / FILE_NAME).read_bytes()


def test_pins_that_are_set_while_drops_are_forgotten_stay(home: Path) -> None:
    def set_pins(begin: int) -> None:
        for number in range(begin, begin + 25):
            pin(home, f"{number}")

    def forget() -> None:
        for _ in range(25):
            forget_dropped(home, before_unix_ns=1)

    threads = [threading.Thread(target=set_pins, args=(n * 25,)) for n in range(3)]
    threads.append(threading.Thread(target=forget))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert read_kept(home).pins == {f"{number}" for number in range(75)}


def test_a_pin_that_cannot_be_written_says_so(home: Path, as_stranger: Callable[[], None]) -> None:
    as_stranger()
    with pytest.raises(StoreError, match="cannot be written"):
        pin(home, "a")
