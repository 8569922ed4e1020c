from __future__ import annotations

from backtrail.serve.otlp.failures import Occurrence, described, error_of, is_exception
from backtrail.serve.otlp.showing import Page

HERE = Occurrence(
    trace_id="0199c8a5" * 4,
    span_id="a1" * 8,
    time_unix_ns=1_760_000_000_000_000_000,
    position=0,
    mechanism="context_manager",
    is_handled=False,
    session="s1",
)
STACK = """Traceback (most recent call last):
  File "/srv/shop/cart.py", line 17, in pay
    charge(card)
shop.errors.OutOfStock: none left
"""
SAID = {
    "exception.type": "shop.errors.OutOfStock",
    "exception.message": "none left",
    "exception.stacktrace": STACK,
}


def test_an_exception_is_told_as_the_recorder_tells_one() -> None:
    error = error_of(SAID, {"service.name": "shop", "os.type": "linux"}, HERE, Page())
    assert (error.type, error.message, error.session) == ("OutOfStock", "none left", "s1")
    assert error.chain[0].qualified_type == "shop.errors.OutOfStock"
    assert (error.frames[0].file, error.frames[0].line) == ("/srv/shop/cart.py", 17)
    assert error.process == {"service.name": "shop"}
    assert not error.is_handled


def test_errors_of_one_place_share_a_fingerprint_and_those_of_another_do_not() -> None:
    page = Page()
    first = error_of(SAID, {}, HERE, page)
    again = error_of(SAID | {"exception.message": "none left of 7"}, {}, HERE, page)
    moved = error_of(SAID | {"exception.stacktrace": STACK.replace("17", "18")}, {}, HERE, page)
    assert first.fingerprint == again.fingerprint != moved.fingerprint


def test_an_error_that_comes_again_has_the_same_id() -> None:
    ids = [error_of(SAID, {}, HERE, Page()).error_id for _ in range(2)]
    assert ids[0] == ids[1]
    other = error_of(SAID, {}, Occurrence(**{**_members(), "position": 1}), Page())
    assert other.error_id != ids[0]


def test_the_stack_of_another_language_is_kept_as_text() -> None:
    java = "shop.OutOfStock: none\n\tat shop.Cart.pay(Cart.java:17)"
    error = error_of(SAID | {"exception.stacktrace": java}, {}, HERE, Page())
    assert error.frames == []
    assert error.chain[0].notes == [java]


def test_secrets_in_what_was_raised_are_not_kept() -> None:
    said = SAID | {"exception.message": "login failed with password=hunter2hunter2"}
    page = Page()
    assert "hunter2" not in error_of(said, {}, HERE, page).message
    assert "hunter2" not in described(said, page)


def test_an_exception_has_a_type_or_a_message() -> None:
    assert is_exception({"exception.message": "x"})
    assert not is_exception({"exception.stacktrace": "x"})
    assert described({"exception.message": "x"}, Page()) == "Exception: x"


def _members() -> dict[str, object]:
    return {name: getattr(HERE, name) for name in HERE.__struct_fields__}
