from __future__ import annotations

import traceback

from backtrail.serve.otlp.showing import Page
from backtrail.serve.otlp.tracebacks import read_traceback


class OutOfStockError(Exception):
    """An error of the program."""


def ship(count: int) -> None:
    try:
        _ = {"a": 1}[f"missing {count}"]
    except KeyError as error:
        raise OutOfStockError("no such item:\nlook again") from error


def text() -> str:
    try:
        ship(3)
    except OutOfStockError as error:
        return "".join(traceback.format_exception(error))
    raise AssertionError


def test_what_python_prints_is_read_back() -> None:
    raised, cause = read_traceback(text(), Page())
    assert (raised.type, raised.message) == ("OutOfStockError", "no such item:\nlook again")
    assert [frame.function for frame in raised.frames] == ["ship", "text"]
    first = raised.frames[0]
    assert first.file == __file__
    assert first.code == 'raise OutOfStockError("no such item:\\nlook again") from error'
    assert first.line == ship.__code__.co_firstlineno + 4
    assert first.is_app
    assert (cause.type, cause.relation, cause.parent) == ("KeyError", "cause", 0)
    assert cause.message == "'missing 3'"
    assert cause.frames[0].code == '_ = {"a": 1}[f"missing {count}"]'


def test_the_stack_of_another_language_is_no_traceback() -> None:
    java = "java.lang.IllegalStateException: no\n\tat shop.Cart.pay(Cart.java:17)"
    assert read_traceback(java, Page()) == []


def test_a_context_is_told_and_the_frames_of_a_library_are_none_of_the_user_s() -> None:
    said = """Traceback (most recent call last):
  File "/srv/app/.venv/lib/python3.11/site-packages/lib/core.py", line 5, in inner
ValueError: first

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/srv/app/main.py", line 9, in <module>
    run(password="hunter2hunter2")
    ~~~^^^^^^^^
json.decoder.JSONDecodeError: second
"""
    raised, context = read_traceback(said, Page())
    assert (raised.qualified_type, raised.type) == (
        "json.decoder.JSONDecodeError",
        "JSONDecodeError",
    )
    assert raised.frames[0].function == "<module>"
    assert "hunter2" not in (raised.frames[0].code or "")
    assert (context.relation, context.parent, context.frames[0].is_app) == ("context", 0, False)


def test_very_many_frames_keep_both_ends_and_say_how_many_are_missing() -> None:
    rows = "".join(f'  File "/srv/a.py", line {n}, in f{n}\n    x()\n' for n in range(1, 501))
    (raised,) = read_traceback(f"Traceback (most recent call last):\n{rows}E: x", Page())
    assert (raised.frames[0].line, raised.frames[-1].line) == (500, 1)
    assert len(raised.frames) + raised.frames_cut == 500


def test_nonsense_behind_the_first_line_breaks_nothing() -> None:
    (raised,) = read_traceback("Traceback (most recent call last):\n  File what\n\0", Page())
    assert raised.frames == []
