from __future__ import annotations

from collections.abc import Callable

from backtrail.model.limits import CHAIN_MAX, FRAMES_MAX, NOTES_MAX
from backtrail.record.capture.failure import Failure, described, error_id_of, failure, mark
from backtrail.record.capture.values.walk import Walk


class OrderError(Exception):
    """An error of a program."""


def caught(function: Callable[[], object]) -> BaseException:
    """Return what a function raises."""
    try:
        function()
    except BaseException as error:  # noqa: BLE001 - whatever it is
        return error
    raise AssertionError("nothing was raised")


def taken(function: Callable[[], object]) -> Failure:
    return failure(caught(function), Walk())


def links(found: Failure) -> list[tuple[str, str | None, int | None]]:
    return [(info.type, info.relation, info.parent) for info in found.chain]


def look_up() -> None:
    wanted = "user"
    raise KeyError(wanted)


def test_an_exception_alone_is_a_chain_of_one() -> None:
    found = taken(look_up)
    assert (found.type, found.message) == ("KeyError", "'user'")
    assert [frame.function for frame in found.frames] == ["look_up", "caught"]
    assert found.frames[0].locals == {"wanted": "user"}
    assert links(found) == [("KeyError", None, None)]
    assert found.chain[0].frames == [], "they are those of the failure itself"
    assert found.chain_cut == 0


def test_a_class_is_named_with_its_module_unless_it_is_builtin() -> None:
    class LocalError(Exception):
        """An error of a function."""

    [own, cause] = taken(lambda: _raise(LocalError(), OrderError("late"))).chain
    assert (own.type, own.message) == ("LocalError", "")
    assert own.qualified_type.endswith("<locals>.LocalError")
    assert (cause.type, cause.qualified_type) == ("OrderError", f"{__name__}.OrderError")
    assert taken(look_up).chain[0].qualified_type == "KeyError"


def _raise(error: BaseException, cause: BaseException | None = None) -> None:
    raise error from cause


def test_a_cause_comes_with_its_frames_and_variables() -> None:
    def fail() -> None:
        try:
            look_up()
        except KeyError as error:
            raise OrderError("no such order") from error

    found = taken(fail)
    assert links(found) == [("OrderError", None, None), ("KeyError", "cause", 0)]
    assert [frame.function for frame in found.chain[1].frames] == ["look_up", "fail"]
    assert found.chain[1].frames[0].locals == {"wanted": "user"}


def test_an_error_while_another_was_handled_is_its_context() -> None:
    def fail() -> None:
        try:
            look_up()
        except KeyError:
            raise OrderError("while looking")  # noqa: B904 - what is tested

    assert links(taken(fail)) == [("OrderError", None, None), ("KeyError", "context", 0)]


def test_a_suppressed_context_is_left_out() -> None:
    def fail() -> None:
        try:
            look_up()
        except KeyError:
            raise OrderError("on purpose") from None

    assert links(taken(fail)) == [("OrderError", None, None)]


def test_a_cause_hides_the_context_as_in_a_traceback() -> None:
    def fail() -> None:
        try:
            look_up()
        except KeyError:
            raise OrderError("for another reason") from ValueError("the reason")

    assert links(taken(fail)) == [("OrderError", None, None), ("ValueError", "cause", 0)]


def test_members_of_nested_groups_are_named_by_their_group() -> None:
    def fail() -> None:
        inner = BaseExceptionGroup("inner", [OSError(2, "gone"), caught(look_up)])
        raise BaseExceptionGroup("outer", [inner, OrderError("third")])

    found = taken(fail)
    assert links(found) == [
        ("ExceptionGroup", None, None),
        ("ExceptionGroup", "member", 0),
        ("OrderError", "member", 0),
        ("FileNotFoundError", "member", 1),
        ("KeyError", "member", 1),
    ]
    assert found.chain[0].message == "outer (2 sub-exceptions)"
    assert found.chain[4].frames[0].locals == {"wanted": "user"}


def test_members_have_causes_of_their_own() -> None:
    member = caught(lambda: _raise(OrderError("member"), ValueError("its cause")))
    assert isinstance(member, Exception)
    found = taken(lambda: _raise(ExceptionGroup("group", [member])))
    assert links(found)[1:] == [("OrderError", "member", 0), ("ValueError", "cause", 1)]


def test_a_group_of_base_exceptions_is_a_group() -> None:
    found = taken(lambda: _raise(BaseExceptionGroup("ends", [KeyboardInterrupt()])))
    assert [info.type for info in found.chain] == ["BaseExceptionGroup", "KeyboardInterrupt"]


def test_a_chain_that_bites_its_tail_ends_there() -> None:
    first, second, third = OrderError("first"), OrderError("second"), OrderError("third")
    first.__cause__, second.__cause__, third.__cause__ = second, third, first
    found = failure(first, Walk())
    assert [info.message for info in found.chain] == ["first", "second", "third"]
    assert found.chain_cut == 0


def test_an_exception_that_is_reached_twice_is_shown_once() -> None:
    shared = OrderError("shared")
    one = caught(lambda: _raise(ValueError("one"), shared))
    two = caught(lambda: _raise(ValueError("two"), shared))
    found = failure(BaseExceptionGroup("both", [one, two]), Walk())
    assert [info.message for info in found.chain[1:]] == ["one", "two", "shared"]


def test_a_long_chain_is_cut_and_counted() -> None:
    error = OrderError(0)
    for number in range(1, CHAIN_MAX + 8):
        error = caught(lambda: _raise(OrderError(number), error))  # type: ignore[assignment] # noqa: B023 - at once
    found = failure(error, Walk())
    assert (len(found.chain), found.chain_cut) == (CHAIN_MAX, 8)
    assert [info.message for info in found.chain[:2]] == [str(CHAIN_MAX + 7), str(CHAIN_MAX + 6)]


def test_a_wide_group_is_cut_and_counted() -> None:
    found = failure(ExceptionGroup("wide", [ValueError(n) for n in range(100)]), Walk())
    assert (len(found.chain), found.chain_cut) == (CHAIN_MAX, 101 - CHAIN_MAX)


def test_notes_are_kept_up_to_a_number_and_only_texts() -> None:
    error = OrderError("noted")
    for number in range(NOTES_MAX + 5):
        error.add_note(f"note {number}")
    error.__notes__[1] = 17  # type: ignore[call-overload]
    [info] = failure(error, Walk()).chain
    assert info.notes == ["note 0", *(f"note {number}" for number in range(2, NOTES_MAX))]


def test_notes_that_are_no_list_are_none() -> None:
    error = OrderError("odd")
    error.__notes__ = "not a list"  # type: ignore[assignment]
    assert failure(error, Walk()).chain[0].notes == []


def test_an_exception_that_lies_about_itself_is_shown_as_the_interpreter_has_it() -> None:
    class LiarError(Exception):
        """Raises whenever it is looked at."""

        def __getattribute__(self, name: str) -> object:
            raise RuntimeError(f"do not ask for {name}")

        def __str__(self) -> str:
            raise RuntimeError("do not ask")

        __repr__ = __str__

    def fail() -> None:
        raise LiarError("three", 3) from OrderError("the cause")

    found = taken(fail)
    assert links(found) == [("LiarError", None, None), ("OrderError", "cause", 0)]
    assert found.message == "three, 3"
    assert found.frames[0].function == "fail"


def test_a_deep_traceback_says_how_many_frames_lie_between() -> None:
    def dive(depth: int) -> None:
        if depth:
            dive(depth - 1)
        else:
            look_up()

    def fail() -> None:
        try:
            dive(300)
        except KeyError as error:
            raise OrderError("too deep") from error

    found = taken(fail)
    assert found.chain[0].frames_cut == 0
    assert len(found.chain[1].frames) == FRAMES_MAX
    assert found.chain[1].frames_cut == 303 - FRAMES_MAX
    own = taken(lambda: dive(300))
    assert own.chain[0].frames_cut == 304 - FRAMES_MAX


def test_an_exception_that_was_never_raised_has_no_frames() -> None:
    found = failure(OrderError("made"), Walk())
    assert (found.frames, found.message) == ([], "made")


def test_an_exception_in_a_line() -> None:
    assert described(KeyError("user")) == "KeyError: 'user'"
    assert described(OrderError()) == "OrderError"
    assert described(OrderError("two\nlines")) == "OrderError: two\nlines"


def test_an_exception_remembers_its_record_and_so_does_its_place_in_a_chain() -> None:
    error = OrderError("known")
    assert error_id_of(error) is None
    mark(error, "e1")
    assert error_id_of(error) == "e1"
    found = taken(lambda: _raise(ValueError("outer"), error))
    assert [info.error_id for info in found.chain] == [None, "e1"]
