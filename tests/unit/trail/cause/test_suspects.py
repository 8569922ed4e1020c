from __future__ import annotations

from typing import Any

import pytest

from backtrail.model.limits.reading import SUSPECTS_MAX
from backtrail.trail.cause.suspects import Suspects, distinctness, suspects
from backtrail.trail.failure import error_body
from causes import behind, error, frame


def of(*given: Any, **more: Any) -> Suspects:
    return suspects(error_body(error(*given, **more)))


def values(found: Suspects) -> list[str]:
    return [suspect.value for suspect in found.values]


def test_a_missing_key_is_the_first_suspect() -> None:
    found = of(
        "KeyError", "'lis/417'",
        frame("price", "terms = contracts[key]", expression="contracts[key]",
              key="lis/417", contracts={"lis/92": 1}, nights=3),
    )  # fmt: skip
    assert values(found)[0] == "lis/417"
    assert found.is_key_missing
    assert found.words["contract"] == 1.0


def test_a_key_that_is_a_number_is_found_as_that_number() -> None:
    assert values(of("KeyError", "40917", frame("get", "table[n]", n=40917)))[0] == "40917"


def test_a_text_where_a_number_was_needed_is_suspect_however_short() -> None:
    found = of(
        "TypeError", "can't multiply sequence by non-int of type 'float'",
        frame("cost", "price * lot", price=5.5, lot="50"),
    )  # fmt: skip
    assert values(found)[0] == "50"
    assert found.has_wrong_type


def test_an_apostrophe_in_a_word_quotes_nothing() -> None:
    assert "t be 'x" not in values(of("ValueError", "can't be 'xyz12'"))
    assert values(of("ValueError", "can't be 'xyz12'")) == ["xyz12"]


def test_ids_and_numbers_of_a_message_are_suspect_and_words_are_not() -> None:
    found = values(of("RuntimeError", "order A-1004 for store refused after 7351 tries"))
    assert found == ["A-1004", "7351"]


def test_the_exception_behind_an_error_comes_first() -> None:
    root = behind(
        "JSONDecodeError", "Unterminated", frame("read", "json.loads(text)", text="{half")
    )
    found = of(
        "DraftError", "T-5102: unreadable",
        frame("read", 'raise DraftError(f"{n}")', n="T-5102"), chain=[root],
    )  # fmt: skip
    assert [each.info.type for each in found.failing if each.is_root] == ["JSONDecodeError"]
    assert values(found)[0] == "{half"


def test_what_is_none_is_told() -> None:
    assert of("TypeError", "unsupported: 'int' and 'NoneType'").is_none
    assert not of("ValueError", "x").is_none


def test_callers_variables_are_less_suspect_the_further_out_they_are() -> None:
    frames = [frame("f0", "raise X"), *(frame(f"f{n}", "f()", v=f"value-{n}") for n in (1, 2, 3))]
    weights = {s.value: s.weight for s in of("X", "", *frames).values}
    assert weights["value-1"] > weights["value-2"] > weights["value-3"] > 0


def test_all_that_the_frames_hold_is_kept_by_name() -> None:
    found = of("X", "", frame("f", "raise X", settings={"$type": "a.S", "utc_offset": -6}))
    assert ("settings.utc_offset", "-6") in found.held


def test_the_number_of_suspects_is_bounded() -> None:
    many = {f"v{n}": f"value number {n}" for n in range(SUSPECTS_MAX * 2)}
    assert len(of("X", "", frame("f", "raise X", **many)).values) == SUSPECTS_MAX


def test_a_hang_makes_the_places_of_its_threads_suspect() -> None:
    threads = [{"name": "a", "frames": [frame("Store.transfer", "with lock:")]}]
    assert "transfer" in of("hang", "", mechanism="hang", threads=threads).words


def test_where_a_service_is_tells_little() -> None:
    assert distinctness("http://127.0.0.1:8080/v1") == distinctness("127.0.0.1") == 0.1
    assert distinctness("http://127.0.0.1:8080/orders/A-77") > 0.5


@pytest.mark.parametrize(
    ("more", "less"),
    [
        ("lis/417", "lis"),
        ("jo.tan@example.org", "name"),
        ("48213", "48"),
        ("4821", "4800"),
        ("7", "0"),
    ],
)
def test_some_values_tell_more_than_others(more: str, less: str) -> None:
    assert 0 <= distinctness(less) < distinctness(more) <= 1
