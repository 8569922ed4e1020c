from __future__ import annotations

from msgspec import structs

from backtrail.store.catalog import Catalog
from backtrail.trail.page.material import Material, gather
from backtrail.trail.page.suspected import cause_draft, chain_draft
from page_sample import candidate, why
from sample_store import WELL

EVENT = "0190b6a20000:4"


def told(material: Material, *candidates: object, **more: object) -> Material:
    return structs.replace(material, why=why(*candidates, **more))  # type: ignore[arg-type]


def test_the_likeliest_cause_is_told_with_its_evidence(material: Material) -> None:
    draft = cause_draft(told(material, candidate()))
    assert draft is not None
    by_worth = sorted(draft.pieces, key=lambda piece: -piece.worth)
    first, *others = [piece.text for piece in by_worth]
    assert first == (
        "1. **the stock names kettle, the prices do not** (error, in `shop.py:load_prices`)\n"
        f"   event `{EVENT}`: WARNING shop: 2 left of kettle"
    )
    assert others == [
        "   - for: it holds 'kettle'",
        "   - for: it came 10 ms before",
        "   - against: it is only a warning",
    ]


def test_other_candidates_are_worth_less(material: Material) -> None:
    draft = cause_draft(told(material, candidate(), candidate(summary="another")))
    assert draft is not None
    second = next(piece for piece in draft.pieces if "another" in piece.text)
    assert second.worth < min(piece.worth for piece in draft.pieces[:4])


def test_when_nothing_qualifies_it_says_so(material: Material) -> None:
    draft = cause_draft(told(material, note="no event names it"))
    assert draft is not None
    assert [piece.text for piece in draft.pieces] == ["no event names it"]
    assert chain_draft(told(material)) is None
    assert chain_draft(told(material, candidate(chain=[]))) is None


def test_a_trace_without_an_error_has_neither(catalog: Catalog) -> None:
    well = gather(catalog, WELL)
    assert (cause_draft(well), chain_draft(well)) == (None, None)


def test_the_way_to_the_crash_is_told_step_by_step(material: Material) -> None:
    draft = chain_draft(told(material, candidate()))
    assert draft is not None
    assert [piece.text for piece in draft.pieces] == [
        f"1. 2 left of kettle in `shop.py:load_prices` (event `{EVENT}`)",
        "2. KeyError: 'kettle' in `shop.py:price_of`",
    ]


def test_what_the_summary_says_is_not_said_twice(material: Material) -> None:
    event = candidate().event
    for summary, rest in ((event.text, "`"), (event.text[:8], "`: shop: 2 left of kettle")):
        draft = cause_draft(told(material, candidate(summary=summary)))
        assert draft is not None
        assert draft.pieces[0].text.endswith(f"event `{EVENT}{rest}")


def test_a_long_text_of_the_recording_stays_one_line(material: Material) -> None:
    draft = cause_draft(told(material, candidate(evidence=["x\n# y " * 2_000])))
    assert draft is not None
    shown = draft.pieces[1]
    assert "\n" not in shown.text
    assert shown.short is not None
    assert len(shown.short) < 250
