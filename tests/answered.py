"""Asks a project all that an assistant may ask, for tests that search the answers."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec

from backtrail.model.clock import SYSTEM_CLOCK
from backtrail.model.errors import BacktrailError
from backtrail.model.limits.reading import ANSWER_ROWS_MAX, ANSWER_TOKENS_MAX, SOURCE_CONTEXT_MAX
from backtrail.serve.opening import Project
from backtrail.serve.questions.listing import TOOLS
from backtrail.serve.tool import read_arguments
from running import journal, of_kind

ALL = {"max_tokens": ANSWER_TOKENS_MAX}
WORDS = ("password", "token", "secret", "key", "authorization", "redacted")


def answers(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield what each tool answers about everything that was recorded in a project."""
    tools = {tool.name: tool for tool in TOOLS}
    project = Project(home=folder / ".backtrail", clock=SYSTEM_CLOCK)
    for name, arguments in questions(folder):
        tool = tools[name]
        try:
            answer = tool.answer(project, read_arguments(tool, arguments))
            text = msgspec.json.encode(answer)
        except BacktrailError as error:
            text = f"{error.message} {error.hint}".encode()
        yield f"{name} {arguments}", text


def questions(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every question, by its tool and its arguments."""
    recorded = journal(folder)
    traces = sorted({event["trace"] for event in recorded})
    yield "list_failures", {"limit": ANSWER_ROWS_MAX, **ALL}
    for event in of_kind(recorded, "error.raised"):
        yield "why", {"id": event["error_id"], **ALL}
        yield "get_trail", {"id": event["error_id"], **ALL}
    for trace in traces:
        yield "get_trail", {"id": trace, **ALL}
        yield "search_events", {"query": "e", "trace": trace, "limit": ANSWER_ROWS_MAX}
    for word in WORDS:
        yield "search_events", {"query": word, "limit": ANSWER_ROWS_MAX}
    for call in calls_of_models(folder):
        yield "get_llm_call", {"event_id": call, **ALL}
    for one, other in pairwise(traces):
        yield "compare_traces", {"good": one, "bad": other, **ALL}
    for path in sorted(folder.glob("*.py")):
        for line in range(1, path.read_text().count("\n") + 2, SOURCE_CONTEXT_MAX):
            where = {"file": path.name, "line": line, "context": SOURCE_CONTEXT_MAX}
            yield "get_source", where


def calls_of_models(folder: Path) -> list[str]:
    """Return the ids of the recorded calls of models."""
    tools = {tool.name: tool for tool in TOOLS}
    project = Project(home=folder / ".backtrail", clock=SYSTEM_CLOCK)
    tool = tools["search_events"]
    asked = {"query": "e", "kind": "llm.called", "limit": ANSWER_ROWS_MAX}
    found: Any = tool.answer(project, read_arguments(tool, asked))
    return [event.event_id for event in found.events]
