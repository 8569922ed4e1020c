"""All tools, in the order in which they are listed."""

from __future__ import annotations

from backtrail.serve.tool import Tool
from backtrail.serve.tools import failures, searching, trails

TOOLS: tuple[Tool, ...] = (failures.TOOL, trails.TOOL, searching.TOOL)
