from __future__ import annotations

import pytest

import builders
from backtrail.model.errors import NotFoundError, UsageError
from backtrail.model.limits.reading import ANSWER_TOKENS
from backtrail.serve.bounded import CHARS_PER_TOKEN, encoded_chars
from backtrail.serve.opening import Project
from backtrail.serve.questions.searching import SearchEvents, search_events
from sample_store import FAILED, WELL

TRACE = builders.trace_id(7)


def write(project: Project, count: int, text: str = "clay") -> None:
    lines = [
        builders.line("log.emitted", TRACE, t=t, level="info", logger="kiln", message=f"{text} {t}")
        for t in range(1, count + 1)
    ]
    builders.write_segment(project.home, builders.process_id(7), lines)


def test_an_event_is_found_by_a_text_in_either_case(project: Project) -> None:
    (found,) = search_events(project, SearchEvents(query="READ_rows")).events
    assert (found.trace_id, found.kind) == (WELL, "debug.recorded")
    assert found.text == "read_rows rows=3 (importer)"
    assert found.event_id == f"{builders.process_id(2)}:1"


def test_a_value_with_quotes_is_found(project: Project) -> None:
    write(project, 1, text='the "glaze"\nis off')
    found = search_events(project, SearchEvents(query='"glaze"')).events
    assert len(found) == 1


def test_only_one_trace_is_searched_when_it_is_named(project: Project) -> None:
    write(project, 3, text="kettle")
    found = search_events(project, SearchEvents(query="kettle", trace=FAILED)).events
    assert {event.trace_id for event in found} == {FAILED}
    everywhere = search_events(project, SearchEvents(query="kettle")).events
    assert {event.trace_id for event in everywhere} == {FAILED, TRACE}


def test_only_one_kind_is_searched_when_it_is_named(project: Project) -> None:
    found = search_events(project, SearchEvents(query="kettle", kind="log.emitted")).events
    assert [event.kind for event in found] == ["log.emitted"]


def test_what_there_is_more_is_read_by_going_on(project: Project) -> None:
    write(project, 50)
    seen: list[str] = []
    after = None
    for _ in range(10):
        asked = SearchEvents(query="clay", trace=TRACE, after=after, limit=7)
        answer = search_events(project, asked)
        seen += [event.event_id for event in answer.events]
        if answer.more is None:
            break
        after = seen[-1]
        assert f"trace {TRACE} and after {after}" in answer.more
    assert len(seen) == len(set(seen)) == 50


def test_an_answer_has_its_size_however_long_the_texts_are(project: Project) -> None:
    write(project, 200, text="clay " * 500)
    answer = search_events(project, SearchEvents(query="clay", limit=200))
    assert encoded_chars(answer) <= ANSWER_TOKENS * CHARS_PER_TOKEN
    assert 0 < len(answer.events) < 200
    assert answer.more is not None


@pytest.mark.parametrize(
    ("traces", "said"),
    [
        (100, None),
        (101, "only the newest 100 traces with the text were searched: name a trace"),
    ],
)
def test_traces_that_are_not_searched_are_said(
    project: Project, traces: int, said: str | None
) -> None:
    lines = [
        builders.line(
            "debug.recorded", builders.trace_id(number), t=number, context="", action="fire_kiln"
        )
        for number in range(100, 100 + traces)
    ]
    builders.write_segment(project.home, builders.process_id(7), lines)
    answer = search_events(project, SearchEvents(query="fire_kiln", kind="log.emitted"))
    assert (answer.events, answer.more) == ([], said)


def test_a_search_that_reaches_its_bound_says_so(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backtrail.serve.questions.searching.SEARCH_BYTES_MAX", 1)
    answer = search_events(project, SearchEvents(query="kettle"))
    assert answer.more == (
        "what was recorded before 2025-10-09T08:53:20.000000Z was not searched: name a trace"
    )


def test_only_traces_that_a_query_finds_are_searched(project: Project) -> None:
    write(project, 3, text="kettle")
    for traces, found in (
        ("status:error", {FAILED}),
        ("-status:error", {TRACE}),
        ("spans:9", set()),
    ):
        answer = search_events(project, SearchEvents(query="kettle", traces=traces))
        assert {event.trace_id for event in answer.events} == found


def test_nothing_found_is_an_empty_answer(project: Project) -> None:
    answer = search_events(project, SearchEvents(query="no such text"))
    assert (answer.events, answer.more) == ([], None)


def test_what_cannot_be_searched_is_refused(project: Project) -> None:
    with pytest.raises(UsageError, match="there is no kind 'log'") as caught:
        search_events(project, SearchEvents(query="x", kind="log"))
    assert "log.emitted" in caught.value.hint
    with pytest.raises(UsageError, match="`after` was given without `trace`"):
        search_events(project, SearchEvents(query="x", after="aa:1"))
    with pytest.raises(UsageError, match="'bad' is no status at character 8"):
        search_events(project, SearchEvents(query="x", traces="status:bad"))
    with pytest.raises(UsageError, match="`traces` was given with `trace`"):
        search_events(project, SearchEvents(query="x", trace=FAILED, traces="spans:1"))
    with pytest.raises(NotFoundError):
        search_events(project, SearchEvents(query="x", trace="zz"))
