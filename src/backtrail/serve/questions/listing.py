"""All tools, in the order in which they are listed."""

from __future__ import annotations

from backtrail.serve.questions import (
    causes,
    comparing,
    failures,
    model_calls,
    searching,
    sources,
    trails,
)
from backtrail.serve.tool import Tool

TOOLS: tuple[Tool, ...] = (
    failures.TOOL,
    causes.TOOL,
    trails.TOOL,
    searching.TOOL,
    model_calls.TOOL,
    comparing.TOOL,
    sources.TOOL,
)
