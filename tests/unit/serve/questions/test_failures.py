from __future__ import annotations

import pytest
from msgspec import structs

import builders
from backtrail.model.clock import Clock
from backtrail.model.errors import UsageError
from backtrail.serve.bounded import CHARS_PER_TOKEN, encoded_chars
from backtrail.serve.opening import Project
from backtrail.serve.questions.failures import ERRORS_EACH, FailedTrace, ListFailures, list_failures
from sample_store import ERROR, FAILED, HANDLED, MS


def test_a_failed_trace_is_listed_with_its_errors(project: Project) -> None:
    (failure,) = list_failures(project, ListFailures()).failures
    assert isinstance(failure, FailedTrace)
    assert (failure.trace_id, failure.ending, failure.events) == (FAILED, "error", 9)
    assert [(error.error_id, error.error, error.where) for error in failure.errors] == [
        (ERROR, "KeyError: 'kettle'", "/app/shop.py:12 price_of"),
        (HANDLED, "ValueError: odd sku", "/app/shop.py:12 price_of"),
    ]


def test_only_what_failed_since_a_time_is_listed(project: Project) -> None:
    hour_later = Clock(
        time_unix_ns=lambda: builders.START_UNIX_NS + 3_600_000 * MS, monotonic_ns=lambda: 0
    )
    later = structs.replace(project, clock=hour_later)
    assert list_failures(later, ListFailures(since="30min")).failures == []
    assert len(list_failures(later, ListFailures(since="2h")).failures) == 1
    assert len(list_failures(later, ListFailures(since="2020-01-01")).failures) == 1


def test_a_time_that_is_none_is_refused(project: Project) -> None:
    with pytest.raises(UsageError, match="'soon' is no time") as caught:
        list_failures(project, ListFailures(since="soon"))
    assert "2h" in caught.value.hint


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("error:KeyError session:till", 1),
        ("error:OSError", 0),
        ('"2 left of kettle"', 1),
        ("status:ok", 0),
    ],
)
def test_only_failures_that_a_query_finds_are_listed(
    project: Project, query: str, found: int
) -> None:
    assert len(list_failures(project, ListFailures(query=query)).failures) == found


def test_a_query_that_is_wrong_says_where(project: Project) -> None:
    with pytest.raises(UsageError, match="there is no field 'eror' at character 1") as caught:
        list_failures(project, ListFailures(query="eror:KeyError"))
    assert caught.value.hint.endswith("\n  eror:KeyError\n  ^^^^")


def test_a_search_that_reaches_its_bound_says_so(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backtrail.serve.questions.failures.SEARCH_BYTES_MAX", 1)
    body = builders.error_body("0190b6a3000070009000000000000f77")
    line = builders.line("error.raised", builders.trace_id(7), t=1, **body)
    builders.write_segment(project.home, builders.process_id(7), [line] * 600)
    answer = list_failures(project, ListFailures(query="absent"))
    assert answer.failures == []
    assert "was not searched: narrow the query" in str(answer.more)


def test_of_more_than_the_limit_it_says_how_to_see_them(project: Project) -> None:
    for number in range(3, 6):
        trace = builders.trace_id(number)
        body = builders.error_body(f"0190b6a3000070009000000000000f{number:02d}")
        lines = [
            builders.process_started(trace, t=number * MS),
            builders.line("error.raised", trace, t=number * MS + 1, **body),
        ]
        builders.write_segment(project.home, builders.process_id(number), lines)
    answer = list_failures(project, ListFailures(limit=2))
    assert len(answer.failures) == 2
    assert answer.more is not None
    assert "`limit`" in answer.more
    assert list_failures(project, ListFailures(limit=9)).more is None


def test_of_many_errors_of_a_trace_the_last_are_named_and_all_counted(project: Project) -> None:
    trace = builders.trace_id(9)
    lines = [
        builders.line(
            "error.raised", trace, t=t, **builders.error_body(f"0190b6a30000700090000000000{t:05d}")
        )
        for t in range(1, 12)
    ]
    builders.write_segment(project.home, builders.process_id(9), lines)
    failures = list_failures(project, ListFailures()).failures
    (failure,) = [each for each in failures if each.trace_id == trace]
    assert len(failure.errors) == ERRORS_EACH
    assert failure.error_count == 11
    assert failure.errors[0].error_id.endswith("11")


@pytest.mark.parametrize("tokens", [500, 4_000])
def test_an_answer_has_its_size_however_much_failed(project: Project, tokens: int) -> None:
    for number in range(10, 60):
        trace = builders.trace_id(number)
        lines = [
            builders.line(
                "error.raised",
                trace,
                t=t,
                **builders.error_body(
                    f"0190b6a30000700090000000{number:03d}{t:05d}", type="E" * 90
                ),
            )
            for t in range(1, 6)
        ]
        builders.write_segment(project.home, builders.process_id(number), lines)
    answer = list_failures(project, ListFailures(limit=200, max_tokens=tokens))
    assert encoded_chars(answer) <= tokens * CHARS_PER_TOKEN
    assert 0 < len(answer.failures) < 50
    assert "`max_tokens`" in str(answer.more)


def test_how_a_trace_ended_is_told(project: Project) -> None:
    run = {"run_id": "0190b6a2000070009000000000000aaa"}
    for number, body in ((3, {"signal": "SIGKILL"}), (4, {"exit_code": 3})):
        trace = builders.trace_id(number)
        lines = [
            builders.line("run.started", trace, t=1, command=["a"], cwd="/", **run),
            builders.line("run.ended", trace, t=2, **run, **body),
        ]
        builders.write_segment(project.home, builders.process_id(number), lines)
    endings = {each.ending for each in list_failures(project, ListFailures()).failures}
    assert endings == {"SIGKILL", "exit 3", "error"}
