from __future__ import annotations

import msgspec

from backtrail.trail.page.section import Page, Section


def test_a_page_is_read_back_from_json_as_it_was() -> None:
    page = Page(
        trace_id="a",
        error_id=None,
        title="it failed",
        budget_tokens=500,
        sections=[Section(name="error", title="What went wrong", text="- all")],
        left_out=["timeline: 2 events left out; `backtrail show a`"],
    )
    assert msgspec.json.decode(msgspec.json.encode(page), type=Page) == page
