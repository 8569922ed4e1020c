from __future__ import annotations

from pathlib import Path

from backtrail.model.limits.reading import CANDIDATES_MAX, CHAIN_STEPS_MAX
from backtrail.store.catalog import Catalog
from backtrail.store.indexer import refresh
from backtrail.trail.cause import rules
from backtrail.trail.cause.asking import SCORE_MIN, ask, why
from backtrail.trail.cause.finding import Finding, Rule
from backtrail.trail.cause.rules import all_rules
from builders import error_body, line, process_id, process_started, trace_id, write_segment
from causes import case, error, event, frame, place

RAISED = error(
    "KeyError", "'lis/417'",
    frame("price_stay", "terms = contracts[key]", expression="contracts[key]", key="lis/417"),
    frame("main", "price_stay(trip)", stay="HTL-LIS-0417"),
)  # fmt: skip
ANSWER = event("llm.called", 5, text='{"hotel": "HTL-LIS-0417"}', calls=[place("choose_stay")])


def test_the_event_by_which_the_trouble_came_in_is_named_with_the_way_to_the_crash() -> None:
    file = event("file.opened", 1, path="/app/contracts.json", mode="read", content='{"lis/92": 1}')
    answer = ask([file, ANSWER, RAISED], RAISED)
    best = answer.candidates[0]
    assert (best.kind, best.event.id, best.where) == (
        "llm_response",
        ANSWER.event_id,
        "shop.py:choose_stay",
    )
    assert [step.event_id for step in best.chain] == [ANSWER.event_id, None]
    assert best.chain[-1].where == "shop.py:price_stay"
    assert best.evidence
    assert answer.error == "KeyError: 'lis/417'"


def test_nothing_is_named_where_nothing_explains_it() -> None:
    answer = ask(
        [event("file.opened", 1, path="/a/b.csv", mode="read", content="1;2"), RAISED], RAISED
    )
    assert answer.candidates == []
    assert answer.note == "nothing that was recorded before the error explains it"


def test_the_same_trace_gives_the_same_answer() -> None:
    events = [event("http.called", n, url=f"/c/{n}", status=500, method="GET") for n in range(1, 9)]
    assert ask([*events, ANSWER, RAISED], RAISED) == ask([*events, ANSWER, RAISED], RAISED)


def test_candidates_and_chains_are_bounded_and_ordered() -> None:
    calls = [
        event(
            "http.called",
            n,
            url=f"/contracts/{n}",
            status=422,
            method="POST",
            request_body={"key": "lis/417"},
        )
        for n in range(1, 30)
    ]
    answer = ask([*calls, RAISED], RAISED)
    scores = [candidate.score for candidate in answer.candidates]
    assert len(scores) == CANDIDATES_MAX
    assert scores == sorted(scores, reverse=True)
    assert all(len(candidate.chain) <= CHAIN_STEPS_MAX for candidate in answer.candidates)


def test_rules_that_agree_strengthen_an_event_and_weak_ones_are_not_named() -> None:
    fact = case(RAISED, ANSWER).facts.all[0]

    def finds(score: float) -> Rule:
        return lambda _: iter([Finding(kind="llm_response", fact=fact, score=score, evidence=[])])

    both = ask([ANSWER, RAISED], RAISED, rules={"a": finds(0.6), "b": finds(0.5)})
    assert both.candidates[0].rules == ["a", "b"]
    assert both.candidates[0].score > 0.6
    assert ask([ANSWER, RAISED], RAISED, rules={"a": finds(SCORE_MIN - 0.01)}).candidates == []


def recorded(home: Path, *errors: dict[str, object]) -> None:
    lines = [process_started(trace_id(1))]
    lines += [
        line("error.raised", trace_id(1), t=10_000 + n, **body) for n, body in enumerate(errors)
    ]
    write_segment(home, process_id(1), lines)


def test_the_last_error_that_nothing_handled_is_explained(tmp_path: Path) -> None:
    recorded(
        tmp_path,
        error_body("e1", type="First"),
        error_body("e2", type="Fatal"),
        error_body("e3", type="Logged", is_handled=True),
    )
    with Catalog.open(tmp_path, must_exist=False) as catalog:
        refresh(catalog)
        assert why(catalog, trace_id(1)).error == "Fatal: 'order'"
        assert why(catalog, trace_id(1), error_id="e1").error == "First: 'order'"


def test_a_trace_without_an_error_has_no_cause(tmp_path: Path) -> None:
    recorded(tmp_path)
    with Catalog.open(tmp_path, must_exist=False) as catalog:
        refresh(catalog)
        answer = why(catalog, trace_id(1))
    assert (answer.error, answer.candidates, answer.note) == (None, [], "the trace holds no error")


def test_every_module_of_a_rule_is_asked_and_named_after_itself() -> None:
    folder = Path(rules.__file__).parent
    modules = {path.stem for path in folder.rglob("*.py")} - {"__init__"}
    assert set(all_rules()) == modules
    assert len(modules) > 10
