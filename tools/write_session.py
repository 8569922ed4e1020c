"""Writes the session in docs/guides/mcp.md: what an MCP client really asks and is answered.

python tools/write_session.py            hold it, and write it where the guide shows another one
python tools/write_session.py --check    hold it, and exit with 1 if the guide shows another one

The program is examples/rates.py, recorded in a folder of its own, so that no path of the machine is
in the guide. Ids, times and numbers of processes differ each time; nothing else may.
"""

from __future__ import annotations

import difflib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import msgspec
from mcp import Client
from mcp.client.stdio import StdioServerParameters

ROOT = Path(__file__).resolve().parents[1]
GUIDE = ROOT / "docs" / "guides" / "mcp.md"
BEGIN, END = "<!-- session -->\n", "<!-- end of session -->\n"
PROGRAM = ("rates.py", "rates.json")
BACKTRAIL = [sys.executable, "-c", "from backtrail.cli.main import main; main()"]
PASSING = (
    (re.compile(r"\b[0-9a-f]{32}\b"), "ID"),
    (re.compile(r"\b[0-9a-f]{12,31}\b"), "ID"),
    (re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z"), "TIME"),
    (re.compile(r"[-+]?\d+\.\d+ ms"), "MS"),
    (re.compile(r"`[-+]\d+\.\d+`"), "MS"),
    (re.compile(r"process \d+: Python [\d.]+"), "PROCESS"),
)
"""What differs from one session to the next, and what stands for it in the comparison."""


def asked(failure: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield what is asked of a failure: in words, the tool, and its arguments."""
    trace = failure["trace_id"][:12]
    yield "Why did it fail?", "why", {"id": trace}
    yield (
        "What were the values?",
        "get_trail",
        {"id": trace, "sections": ["error", "code", "locals"]},
    )
    yield "Where else does the wrong value stand?", "search_events", {"query": "249,00"}
    yield "The code that read it:", "get_source", {"file": "rates.py", "line": 13, "context": 2}
    yield "What is not there is said in a sentence:", "why", {"id": "4bf92f"}


async def session(project: Path) -> list[str]:
    """Hold a session with a server in a project; return the lines of it."""
    server = StdioServerParameters(
        command=BACKTRAIL[0], args=[*BACKTRAIL[1:], "mcp"], cwd=project, env=environment()
    )
    async with Client(server) as client:
        tools = (await client.list_tools()).tools
        lines = [
            "The tools that the server names:",
            "",
            *(f"    {tool.name}" for tool in tools),
            "",
        ]
        failures, text = await ask(client, "list_failures", {"limit": 1})
        lines += ["What went wrong lately?", "", *text, ""]
        for words, tool, arguments in asked(failures["failures"][0]):
            _, text = await ask(client, tool, arguments)
            lines += [words, "", *text, ""]
    return lines


async def ask(client: Client, tool: str, arguments: dict[str, Any]) -> tuple[Any, list[str]]:
    """Call a tool; return its answer, and both as they are shown."""
    answer = await client.call_tool(tool, arguments)
    call = f"{tool} {msgspec.json.encode(arguments).decode()}"
    if answer.is_error:
        shown = getattr(answer.content[0], "text", "")
        return None, ["```", f"> {call}", *shown.splitlines(), "```"]
    encoded = msgspec.json.encode(answer.structured_content)
    shown = msgspec.json.format(encoded, indent=2).decode()
    return answer.structured_content, ["```", f"> {call}", *shown.splitlines(), "```"]


def held() -> str:
    """Record the program in a fresh project, hold a session about it, and return it."""
    with tempfile.TemporaryDirectory() as name:
        project = Path(name).resolve() / "hotel"
        project.mkdir()
        (project / "pyproject.toml").touch()
        for file in PROGRAM:
            shutil.copy(ROOT / "examples" / file, project)
        command = [*BACKTRAIL, "run", "--", "python", PROGRAM[0]]
        subprocess.run(command, cwd=project, env=environment(), capture_output=True, check=False)
        lines = anyio.run(session, project)
        return "\n".join(lines).replace(str(project), "/hotel")


def environment() -> dict[str, str]:
    """Return an environment that says nothing of this machine."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    return {"PATH": path, "TZ": "UTC", "HOME": os.environ.get("HOME", "/")}


def lasting(text: str) -> str:
    """Return what is the same in each session."""
    for pattern, stands in PASSING:
        text = pattern.sub(stands, text)
    return text


def main() -> None:
    """Write the session into the guide, or check the one that is there."""
    before, _, rest = GUIDE.read_text().partition(BEGIN)
    there, _, after = rest.partition(END)
    found = f"\n{held()}\n"
    shown, real = lasting(there).splitlines(), lasting(found).splitlines()
    changes = list(difflib.unified_diff(shown, real, "shown", "real", lineterm="", n=0))
    if not changes:
        return
    if sys.argv[1:] == ["--check"]:
        hint = "hint: ./dev fix"
        sys.exit("\n".join([f"error: the session in {GUIDE.name} is stale", *changes, hint]))
    GUIDE.write_text(before + BEGIN + found + END + after)


if __name__ == "__main__":
    main()
