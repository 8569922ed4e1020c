"""Which assistants there are, where each looks for servers, and what it is told of ours."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

SERVER = "backtrail"
"""Under which name our server stands in their files."""


class Assistant(Struct, frozen=True, kw_only=True):
    """A program that starts servers of the Model Context Protocol."""

    name: str
    """As it is typed."""
    title: str
    project_file: str
    """Where it looks in a project, from its root."""
    user_file: str
    """Where it looks for all projects, from the home folder."""
    form: Literal["json", "toml"]
    table: str
    """The member of its file that holds the servers."""
    next_step: str
    """What to do once the file is there."""


ASSISTANTS = {
    assistant.name: assistant
    for assistant in (
        Assistant(
            name="claude-code",
            title="Claude Code",
            project_file=".mcp.json",
            user_file=".claude.json",
            form="json",
            table="mcpServers",
            next_step="start `claude` in the project and approve the server; `/mcp` shows it",
        ),
        Assistant(
            name="codex",
            title="Codex",
            project_file=".codex/config.toml",
            user_file=".codex/config.toml",
            form="toml",
            table="mcp_servers",
            next_step="start `codex` in the project and trust it; `/mcp` shows the server",
        ),
        Assistant(
            name="cursor",
            title="Cursor",
            project_file=".cursor/mcp.json",
            user_file=".cursor/mcp.json",
            form="json",
            table="mcpServers",
            next_step="switch the server on in Cursor's settings, under MCP",
        ),
    )
}
"""Each by its name."""


def entry(assistant: Assistant, command: str) -> dict[str, Any]:
    """Return what an assistant is told: how to start our server.

    Args:
        assistant: who is told.
        command: the path or name of our command.
    """
    if assistant.name == "claude-code":
        return {"type": "stdio", "command": command, "args": ["mcp"]}
    if assistant.name == "cursor":
        # Cursor does not promise in which folder it starts a server.
        home = "${workspaceFolder}/.backtrail"
        return {"type": "stdio", "command": command, "args": ["--dir", home, "mcp"]}
    return {"command": command, "args": ["mcp"]}
