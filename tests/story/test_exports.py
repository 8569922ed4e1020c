"""A trace that is exported and taken by another server is the same trace."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from asking_models import PROGRAM, model
from backtrail.store import reading
from backtrail.store.catalog import Catalog
from backtrail.trail.story import Story, story
from backtrail.trail.views.said import LLM_CALLED, LOG_EMITTED
from backtrail.trail.views.transcripts import Transcript, llm_calls, transcript
from http_servers import serving as answering
from running import BACKTRAIL, RUN, environment, project, run, until
from serving import server

TYPES = {"otlp-json": "application/json", "otlp-proto": "application/x-protobuf"}
SHOP = """
import backtrail

class OutOfStock(Exception):
    pass

def take(sku):
    backtrail.debug("shop", "look", sku=sku)
    raise OutOfStock(f"none of {sku} left")

with backtrail.trace_span("check out"):
    with backtrail.trace_span("pay"):
        pass
    with backtrail.trace_span("ship"):
        take("A-7")
"""


def told(home: Path, trace_id: str) -> tuple[Story, list[Any]]:
    with Catalog.open(home) as catalog:
        summary = reading.trace_summary(catalog, trace_id)
        errors = [
            reading.error(catalog, each.error_id)
            for each in reading.errors(catalog)
            if each.trace_id == trace_id
        ]
        events = list(reading.events(catalog, trace_id))
        return story(summary, events, [error.event for error in errors]), events


def taken(folder: Path, home: Path, trace_id: str, form: str) -> tuple[Story, list[Any]]:
    """Export a trace, let a server take the file, and return what that server has."""
    path = folder / "trace.otlp"
    done = run(*BACKTRAIL, "export", trace_id, "--format", form, "-o", path, cwd=folder)
    assert done.returncode == 0, done.stderr
    there = folder / "there" / ".backtrail"
    with server(there) as (url, _):
        headers = {"Content-Type": TYPES[form]}
        request = Request(f"{url}/v1/traces", path.read_bytes(), headers)
        for _ in range(2):
            with urlopen(request) as answer:
                assert answer.read() in {b"", b"{}"}
        until(lambda: is_there(there, trace_id))
    assert home != there
    return told(there, trace_id)


def is_there(home: Path, trace_id: str) -> bool:
    with Catalog.open(home) as catalog:
        return any(each.trace_id == trace_id for each in reading.traces(catalog))


def outline(tale: Story) -> list[tuple[Any, ...]]:
    return [
        (row.name, row.span_id, row.depth, row.parent, row.status, row.start_unix_ns, row.took_ms)
        for row in tale.outline
    ]


def errors(tale: Story) -> list[tuple[Any, ...]]:
    return [
        (
            error.type,
            error.message,
            [(f.file, f.line, f.qualified, f.code) for f in error.frames],
            [(each.qualified_type, each.message) for each in error.chain],
        )
        for error in tale.errors
    ]


def said(transcripts: list[Transcript]) -> list[tuple[Any, ...]]:
    return [
        (
            call.model, call.messages, call.answer, call.input_tokens, call.output_tokens,
            call.finish_reasons, call.error, call.is_streamed, call.tools, call.span_id,
        )
        for call in transcripts
    ]  # fmt: skip


def transcripts(events: list[Any]) -> list[Transcript]:
    found = [transcript(event) for event in events if event.kind == LLM_CALLED]
    return sorted((each for each in found if each is not None), key=lambda each: each.time_unix_ns)


@pytest.mark.parametrize("form", TYPES)
def test_what_was_recorded_here_is_told_the_same_elsewhere(tmp_path: Path, form: str) -> None:
    folder = project(tmp_path)
    (folder / "shop.py").write_text(SHOP)
    assert run(*RUN, "--", "python", "shop.py", cwd=folder).returncode == 1
    home = folder / ".backtrail"
    assert run(*BACKTRAIL, "index", cwd=folder).returncode == 0
    with Catalog.open(home) as catalog:
        (trace,) = [each for each in reading.traces(catalog) if each.spans]
    before, _ = told(home, trace.trace_id)
    after, events = taken(folder, home, trace.trace_id, form)
    assert [row[0] for row in outline(before)] == ["check out", "pay", "ship"]
    assert outline(after) == outline(before)
    assert errors(after) == errors(before)
    assert errors(after)[0][2][0][2:] == ("take", 'raise OutOfStock(f"none of {sku} left")')
    names = [event.body.get("message") for event in events if event.kind == LOG_EMITTED]
    assert "debug.recorded" in names


@pytest.mark.parametrize("form", TYPES)
def test_calls_of_models_keep_all_that_was_said(tmp_path: Path, form: str) -> None:
    home = tmp_path / ".backtrail"
    with answering(model) as llm, server(home) as (url, _):
        env = environment(OTEL_EXPORTER_OTLP_ENDPOINT=url)
        done = run(sys.executable, PROGRAM, "openllmetry", llm, cwd=tmp_path, env=env)
        trace_id = done.stdout.decode().strip()
        until(lambda: home.is_dir() and is_there(home, trace_id))
    before, events = told(home, trace_id)
    after, copied = taken(tmp_path, home, trace_id, form)
    assert outline(after) == outline(before)
    assert len(transcripts(events)) == 5
    assert said(transcripts(copied)) == said(transcripts(events))
    assert llm_calls(copied).input_tokens == llm_calls(events).input_tokens
    assert sorted(each[0] for each in errors(after)) == sorted(each[0] for each in errors(before))
