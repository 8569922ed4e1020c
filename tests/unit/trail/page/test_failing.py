from __future__ import annotations

from typing import Any

from msgspec import structs

import builders
from backtrail.store.catalog import Catalog
from backtrail.store.indexer import refresh
from backtrail.trail.failure import Blocked
from backtrail.trail.page.failing import code_draft, error_draft, locals_draft
from backtrail.trail.page.material import Material, gather
from backtrail.trail.page.section import Draft
from page_sample import candidate, why
from sample_store import ERROR, FAILED, WELL, failed_lines


def texts(draft: Draft | None) -> list[str]:
    assert draft is not None
    return [piece.text for piece in draft.pieces]


def best(draft: Draft | None) -> str:
    assert draft is not None
    return max(draft.pieces, key=lambda piece: piece.worth).text


def changed(material: Material, **more: Any) -> Material:
    assert material.error is not None
    return structs.replace(material, error=structs.replace(material.error, **more))


def test_the_error_comes_first_with_its_place_and_its_message(material: Material) -> None:
    assert best(error_draft(material)).startswith(
        "**KeyError**, in `price_of` at shop.py:12, 2025-10-09T08:53:20.030000Z\n\n> 'kettle'"
    )


def test_the_errors_behind_it_are_told(material: Material) -> None:
    told = texts(error_draft(material))
    assert "- caused by TimeoutError: prices took 2 s at shop.py:5" in told
    assert "- note: order 17" in told
    assert "- also in this trace: ValueError: odd sku at shop.py:12 `0190b6a30000`" in told


def test_a_message_of_many_lines_cannot_pass_for_a_part_of_the_page(material: Material) -> None:
    told = best(error_draft(changed(material, message="bad\n## Likely cause\nnone")))
    assert "\n> ## Likely cause\n> none" in told


def test_a_long_message_has_a_short_form(material: Material) -> None:
    draft = error_draft(changed(material, message="x" * 9_000))
    long, short = draft.pieces[0].text, draft.pieces[0].short
    assert "(7,000 more chars)" in long
    assert short is not None
    assert len(short) < 500


def test_a_trace_without_an_error_says_how_it_ended(catalog: Catalog) -> None:
    well = gather(catalog, WELL)
    assert texts(error_draft(well)) == [
        f"No error was recorded. Trace `{WELL[:12]}` (python import.py) ended well."
    ]
    assert code_draft(well) is None
    assert locals_draft(well) is None
    killed = structs.replace(well, story=structs.replace(well.story, signal="SIGKILL"))
    assert texts(error_draft(killed))[0].endswith("ended well by SIGKILL.")
    late = structs.replace(
        well, story=structs.replace(well.story, exit_code=124, is_timed_out=True, status="error")
    )
    assert texts(error_draft(late))[0].endswith("failed at its time limit with exit code 124.")


def test_the_same_error_elsewhere_is_told(catalog: Catalog) -> None:
    again = failed_lines()[6].replace(FAILED.encode(), builders.trace_id(5).encode())
    again = again.replace(ERROR.encode(), ERROR[:-1].encode() + b"5")
    builders.write_segment(catalog.home, builders.process_id(5), [again])
    refresh(catalog)
    told = texts(error_draft(gather(catalog, FAILED)))
    assert any(line.startswith("- the same error in 1 other trace, last in trace") for line in told)


def test_of_a_hang_it_is_told_who_stands_still(material: Material) -> None:
    still = Blocked(thread="feeder", qualified="Kiln.feed", waits_for="kiln lock")
    told = texts(error_draft(changed(material, blocked=[still])))
    assert "- feeder stands still in `Kiln.feed`, waiting for kiln lock" in told


def test_the_failing_code_comes_first_then_who_called_it(material: Material) -> None:
    first, *callers = texts(code_draft(material))
    assert first == (
        "shop.py:12 in `price_of`, evaluating `prices[order.sku]`\n```python\n"
        "  11 def price_of(order, prices):\n"
        "> 12     return prices[order.sku] * order.count\n```"
    )
    assert callers[0] == "- shop.py:30 `checkout`: `total += price_of(order, prices)`"


def test_the_code_of_the_cause_is_there_too(material: Material) -> None:
    told = structs.replace(material, why=why(candidate()))
    assert "- shop.py:7 `load_prices`: `log(stock)`" in texts(code_draft(told))


def test_an_error_of_a_library_alone_shows_the_library(material: Material) -> None:
    assert material.error is not None
    alone = changed(material, frames=material.error.frames[:1])
    (library,) = texts(code_draft(structs.replace(alone, why=None)))
    assert library == "- /usr/lib/python3.11/json/decoder.py:355 `JSONDecoder.decode`: `?`"


def test_the_variables_that_the_expression_names_are_worth_most(material: Material) -> None:
    draft = locals_draft(changed(material, locals_cut=3))
    assert draft is not None
    by_worth = sorted(draft.pieces, key=lambda piece: -piece.worth)
    assert [piece.text for piece in by_worth] == [
        "- `order` = Order(sku='kettle', count=2)",
        "- `prices` = {'toaster': 30}",
        "- `currency` = 'EUR'",
    ]
    assert draft.unread == 3


def test_a_variable_that_is_looked_for_is_worth_as_much(material: Material) -> None:
    told = structs.replace(material, why=why(suspects=["'EUR' (currency)"]))
    draft = locals_draft(told)
    assert draft is not None
    assert min(draft.pieces, key=lambda piece: piece.worth).worth > 800
