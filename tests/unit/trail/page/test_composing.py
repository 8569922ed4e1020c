from __future__ import annotations

import time

import pytest
from inline_snapshot import snapshot
from msgspec import structs

import builders
from backtrail.model.limits.reading import BUNDLE_TOKENS
from backtrail.store.catalog import Catalog
from backtrail.store.indexer import refresh
from backtrail.trail.page.composing import DRAFTS, page
from backtrail.trail.page.material import Material, gather
from backtrail.trail.page.writing import CHARS_PER_TOKEN, markdown
from page_sample import candidate, why
from sample_store import ERROR, FAILED


def test_a_page_tells_a_failure_the_most_useful_first(material: Material) -> None:
    told = structs.replace(material, why=why(candidate()))
    assert markdown(page(told, budget_tokens=1_000)) == snapshot("""\
# KeyError in checkout

## What went wrong

**KeyError**, in `price_of` at shop.py:12, 2025-10-09T08:53:20.030000Z

> 'kettle'

Trace `0190b6a20000` (checkout) failed. Error `0190b6a20000`.
- note: order 17
- caused by TimeoutError: prices took 2 s at shop.py:5
- also in this trace: ValueError: odd sku at shop.py:12 `0190b6a30000`

## Likely cause

1. **the stock names kettle, the prices do not** (error, in `shop.py:load_prices`)
   event `0190b6a20000:4`: WARNING shop: 2 left of kettle
   - for: it holds 'kettle'
   - for: it came 10 ms before
   - against: it is only a warning

## From the cause to the crash

1. 2 left of kettle in `shop.py:load_prices` (event `0190b6a20000:4`)
2. KeyError: 'kettle' in `shop.py:price_of`

## Code

shop.py:12 in `price_of`, evaluating `prices[order.sku]`
```python
  11 def price_of(order, prices):
> 12     return prices[order.sku] * order.count
```
- shop.py:30 `checkout`: `total += price_of(order, prices)`
- shop.py:40 `<module>`: `checkout()`
- shop.py:7 `load_prices`: `log(stock)`

## Variables of `price_of`

- `order` = Order(sku='kettle', count=2)
- `prices` = {'toaster': 30}
- `currency` = 'EUR'

## Timeline (milliseconds before or after the error)

- `-20.0` began checkout user=7 `0190b6a20000:1`
- `-18.0` began load prices `0190b6a20000:2`
- `-15.0` ended load prices `0190b6a20000:3`
- `-10.0` WARNING shop: 2 left of kettle `0190b6a20000:4`
- `-5.0` ValueError: odd sku in price_of (handled) `0190b6a20000:5`
- `+0.0` KeyError: 'kettle' in price_of `0190b6a20000:6`
- `+1.0` ended checkout (error: KeyError: 'kettle') `0190b6a20000:7`
- `+10.0` process ended value not captured=2 `0190b6a20000:8`

## Environment

- command: `python shop.py`
- folder: /app
- began: 2025-10-09T08:53:20.000000Z
- events: 9, errors: 2
- process 4711: Python 3.11.7, ended, session till
- span left open: checkout
- not recorded: value not captured, 2\
""")


def test_a_small_page_still_names_the_error_and_its_cause(material: Material) -> None:
    told = structs.replace(material, why=why(candidate()))
    small = markdown(page(told, budget_tokens=500))
    assert len(small) <= 500 * CHARS_PER_TOKEN
    assert "**KeyError**, in `price_of`" in small
    assert "the stock names kettle, the prices do not" in small


def test_only_the_sections_that_are_asked_for_are_there(material: Material) -> None:
    found = page(material, budget_tokens=500, sections=("locals", "error"))
    assert [section.name for section in found.sections] == ["error", "locals"]


def test_how_to_see_more_is_said_as_the_reader_can_ask_for_it(material: Material) -> None:
    found = page(material, budget_tokens=500, command=lambda section: f"ask for {section}")
    assert any("`ask for timeline`" in note for note in found.left_out)


def test_paths_are_told_from_the_folder_in_which_the_program_ran(material: Material) -> None:
    odd = "see /app/shop.py, not http://x/app/shop.py nor /srv/app/shop.py"
    told = structs.replace(material, why=why(candidate(evidence=[odd])))
    shown = markdown(page(told, budget_tokens=1_000))
    assert "for: see shop.py, not http://x/app/shop.py nor /srv/app/shop.py" in shown
    assert "- folder: /app\n" in shown


def test_every_section_can_be_asked_for_by_its_name(material: Material) -> None:
    for name, make in DRAFTS.items():
        draft = make(structs.replace(material, why=why(candidate())))
        assert draft is None or draft.name == name


@pytest.fixture(scope="module")
def long_trace(tmp_path_factory: pytest.TempPathFactory) -> Material:
    """A trace of 10,000 events, its cause near the beginning, long texts all over."""
    home = tmp_path_factory.mktemp("long") / ".backtrail"
    noise = [
        builders.line(
            "log.emitted",
            FAILED,
            t=2_000 + 1_000 * number,
            level="info",
            logger="kiln",
            message=f"firing {number} " + "glaze " * 60,
        )
        for number in range(9_996)
    ]
    caller = {"file": "/app/kiln.py", "line": 3, "function": "load", "code": "cone = getenv()"}
    cause = builders.line(
        "environment.read", FAILED, t=1_500, name="CONE", value="cone-04-heron", caller=caller
    )
    error = builders.line(
        "error.raised",
        FAILED,
        t=10**9,
        **builders.error_body(ERROR, message="'cone-04-heron'", type="KeyError"),
    )
    started = builders.process_started(FAILED)
    ended = builders.line("process.ended", FAILED, t=10**9 + 1)
    builders.write_segment(home, builders.process_id(1), [started, cause, *noise, error, ended])
    with Catalog.open(home) as catalog:
        refresh(catalog)
        return gather(catalog, FAILED)


@pytest.mark.parametrize("is_json", [False, True])
def test_a_page_of_ten_thousand_events_has_the_cause_and_its_size(
    long_trace: Material, *, is_json: bool
) -> None:
    assert long_trace.story.event_count == 10_000
    found = page(long_trace, budget_tokens=BUNDLE_TOKENS, is_json=is_json)
    text = markdown(found)
    assert len(text) <= BUNDLE_TOKENS * CHARS_PER_TOKEN
    cause = next(section.text for section in found.sections if section.name == "cause")
    assert cause.startswith("1. ")
    assert "cone-04-heron" in cause
    assert any(note.startswith("timeline: 9,") for note in found.left_out)


def test_a_page_is_made_in_a_moment(long_trace: Material) -> None:
    began = time.process_time()
    page(long_trace, budget_tokens=BUNDLE_TOKENS)
    assert time.process_time() - began < 5
