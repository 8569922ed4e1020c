from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

import builders
from backtrail.cli.files import page
from backtrail.cli.files.page import PageWritten, write_page
from backtrail.model.errors import NotFoundError
from backtrail.store.catalog import Catalog
from backtrail.store.indexer import refresh
from sample_store import CHILD, ERROR, FAILED, SPAN, WELL, write_store

MARKUP = "</script><script>alert(1)</script><!--<script>&"
BUILT = '<script type="application/json" id="backtrail-data">{}</script><p>behind</p>'


def written(home: Path, trace_id: str, tmp_path: Path) -> tuple[PageWritten, Any, str]:
    """Return what is said of a page, its data, and the page."""
    built = tmp_path / "trace.html"
    built.write_text(BUILT)
    target = io.BytesIO()
    with Catalog.open(home) as catalog:
        refresh(catalog)
        told = write_page(catalog, trace_id, target, built=built)
    text = target.getvalue().decode()
    before, after = BUILT.split("{}")
    assert text.startswith(before)
    assert text.endswith(after)
    data = text[len(before) : -len(after)]
    assert "<" not in data
    return told, json.loads(data), text


def test_a_page_holds_all_that_is_known_of_a_trace(tmp_path: Path) -> None:
    told, data, _ = written(write_store(tmp_path), FAILED, tmp_path)
    assert [span["span_id"] for span in data["spans"]] == [SPAN, CHILD]
    assert data["spans"][0]["attributes"] == {"user": 7}
    assert data["spans"][0]["start_unix_ns"].isdecimal()
    assert len(data["events"]) == data["trace"]["events"] == told.events
    assert set(data["whys"]) >= {"", ERROR}
    assert data["steps_total"] == len(data["steps"]) > 0
    assert data["trail"]["errors"][0]["error_id"] == ERROR
    assert data["notes"] == told.notes == []


def test_a_trace_that_went_well_has_no_causes(tmp_path: Path) -> None:
    assert written(write_store(tmp_path), WELL, tmp_path)[1]["whys"] == {}


def test_markup_in_a_text_does_not_end_the_data(tmp_path: Path) -> None:
    home, trace = tmp_path / ".backtrail", builders.trace_id(7)
    builders.write_segment(
        home,
        builders.process_id(7),
        [builders.line("span.started", trace, t=1, span="0" * 16, name=MARKUP)],
    )
    _, data, text = written(home, trace, tmp_path)
    assert data["spans"][0]["name"] == MARKUP
    assert text.count("</script>") == 1


@pytest.mark.parametrize(
    ("limit", "value", "held"),
    [
        ("PAGE_FILE_SPANS_MAX", 1, (1, 9)),
        ("PAGE_FILE_EVENTS_MAX", 2, (2, 2)),
        ("PAGE_FILE_BYTES_MAX", 0, (0, 0)),
    ],
)
def test_what_is_left_out_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: int, held: tuple[int, int]
) -> None:
    spans, events = held
    monkeypatch.setattr(page, limit, value)
    told, data, _ = written(write_store(tmp_path), FAILED, tmp_path)
    assert (told.spans, told.events) == (len(data["spans"]), len(data["events"])) == held
    assert data["spans_total"] == 2
    expected = []
    if spans < 2:
        expected.append(f"this file holds the first {spans} of 2 spans")
    if events < 9:
        expected.append(f"this file holds the last {events} of 9 events")
    assert data["notes"] == expected


def test_the_last_events_are_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = written(write_store(tmp_path), FAILED, tmp_path)[1]["events"]
    monkeypatch.setattr(page, "PAGE_FILE_EVENTS_MAX", 3)
    assert written(tmp_path / ".backtrail", FAILED, tmp_path)[1]["events"] == whole[-3:]


def test_pages_that_are_not_built_say_how_to_build_them(tmp_path: Path) -> None:
    with Catalog.open(write_store(tmp_path)) as catalog:
        refresh(catalog)
        with pytest.raises(NotFoundError, match="not built") as refused:
            write_page(catalog, FAILED, io.BytesIO(), built=tmp_path / "absent.html")
    assert "./dev web" in refused.value.hint
