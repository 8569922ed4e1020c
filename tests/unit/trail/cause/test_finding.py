from __future__ import annotations

from backtrail.trail.cause.finding import tied_by
from causes import case, error, event, frame, place

RAISED = error(
    "KeyError", "'N4'",
    frame("quote", "card['zones'][parcel.zone]", card={"zones": {}}, parcel={"zone": "N4"},
          cards={"$type": "app.RateCards"}),
)  # fmt: skip


def test_an_event_is_tied_by_a_value_that_both_show() -> None:
    given = case(RAISED, event("http.called", 1, url="/x", response_body={"zone": "N4"}))
    tie = given.tie(given.facts.all[0])
    assert tie.value > 0.2
    assert tie.suspect is not None
    assert "'N4'" in tied_by(tie)[0]


def test_an_event_is_tied_by_names_that_both_have() -> None:
    given = case(
        RAISED,
        event("http.called", 1, url="/cards/current", caller=place("RateCards.renew")),
        event("http.called", 2, url="/health", caller=place("ping")),
    )
    near, far = (given.tie(fact) for fact in given.facts.all)
    assert near.name > 0.5 > far.name
    assert set(near.words) >= {"card", "rate"}
    assert near.strength > near.value


def test_an_event_that_shares_nothing_is_not_tied() -> None:
    given = case(RAISED, event("sql.executed", 1, system="sqlite", statement="SELECT 1"))
    tie = given.tie(given.facts.all[0])
    assert (tie.strength, tied_by(tie)) == (0, [])


def test_what_shows_a_value_is_looked_for_once() -> None:
    given = case(RAISED, event("environment.read", 1, name="A", value="N4"))
    suspect = given.suspects.values[0]
    assert given.holding(suspect) is given.holding(suspect)
