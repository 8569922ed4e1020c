from __future__ import annotations

import pytest

from backtrail.store.answers import Hole
from backtrail.trail.views import gaps as module
from backtrail.trail.views.gaps import gaps
from built_events import Recorded


def test_what_was_dropped_is_told_where_it_was() -> None:
    p = Recorded()
    (gap,) = gaps(
        [
            p.event("debug.recorded", 1),
            p.event("journal.dropped", 2, reason="journal full", count=132),
        ],
        killed={},
    )
    assert gap.text == "132 events dropped here: journal full"
    assert (gap.what, gap.count, gap.after_event) == ("dropped", 132, f"{p.process}:0")


def test_what_the_journal_lacks_is_told_behind_the_last_event_before_it() -> None:
    p = Recorded()
    first = p.event("debug.recorded", 1)
    p.seq = 50
    later = p.event("debug.recorded", 9)
    holes = [
        Hole(process=p.process, seq=10, count=3, is_torn=False),
        Hole(process=p.process, seq=60, count=1, is_torn=True),
        Hole(process="other", seq=0, count=2, is_torn=True),
    ]
    missing, torn, elsewhere = sorted(
        gaps([first, later], holes, killed={}), key=lambda gap: gap.after_event or "z"
    )
    assert (missing.what, missing.after_event) == ("missing", f"{p.process}:0")
    assert missing.text.startswith("3 events of this process, of whatever trace, are missing")
    assert (torn.what, torn.count, torn.after_event) == ("torn", 1, f"{p.process}:50")
    assert (elsewhere.after_event, elsewhere.time) == (None, None)


def test_a_process_that_was_killed_ends_in_a_gap() -> None:
    p = Recorded()
    (gap,) = gaps([p.event("debug.recorded", 4)], killed={p.process: 71})
    assert (gap.what, gap.count, gap.after_event) == ("killed", None, f"{p.process}:0")
    assert gap.text == "process 71 was killed here; what it was about to do is not known"


def test_gaps_are_in_the_order_of_time() -> None:
    p, q = Recorded(1), Recorded(2)
    events = [
        q.event("debug.recorded", 1),
        p.event("journal.dropped", 5, count=1, reason="x"),
    ]
    assert [gap.what for gap in gaps(events, killed={q.process: None})] == ["killed", "dropped"]


def test_without_members_the_words_say_what_is_known() -> None:
    (gap,) = gaps([Recorded().event("journal.dropped", 5)], killed={})
    assert gap.text == "events dropped here: the reason is not known"
    (one,) = gaps([Recorded().event("journal.dropped", 5, count=1, reason="full")], killed={})
    assert one.text == "1 event dropped here: full"


def test_only_so_many_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "GAPS_MAX", 3)
    p = Recorded()
    events = [p.event("journal.dropped", at, count=1) for at in range(9)]
    assert len(gaps(events, killed={p.process: 1})) == 3
