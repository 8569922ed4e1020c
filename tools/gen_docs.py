"""Writes the pages of docs/ that are made from the code: events, errors, limits, commands, routes.

python tools/gen_docs.py            write them
python tools/gen_docs.py --check    say which are stale, and exit with 1 if any is
"""

from __future__ import annotations

import ast
import inspect
import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import click
import msgspec

import backtrail
from backtrail.cli.main import cli
from backtrail.model import errors, event, kinds, limits, settings, vocabulary
from backtrail.model.clock import SYSTEM_CLOCK
from backtrail.model.errors import BacktrailError, ExitCode
from backtrail.model.limits import reading
from backtrail.serve.http.app import make_app
from backtrail.serve.opening import Project

DOCS = Path(__file__).resolve().parents[1] / "docs"
CODES = {
    "OK": "All is well.",
    "USAGE": "Wrong usage or input.",
    "NOT_FOUND": "An id, a file or a store is not there.",
    "INTERRUPTED": "By Ctrl-C.",
}
"""Of codes whose name says it all."""
CALLED = (backtrail.TraceBuffer, backtrail.Debugger)
"""Classes that programs call, or whose instances they call."""
READ_BACK = """\
This is the form in which it is read back; its line in a journal is shorter, as told above.
"""
RUN_CODES = """\
`backtrail run` ends with the exit code of the program that it ran; with 128 and the number of the
signal when one ended it; with 124 when its `--timeout` did.
"""
BOUNDED = """\
Nothing that Backtrail keeps can grow without a limit, and what a limit cut is counted: in the event
itself, or in the counters that `backtrail doctor` shows.
"""
HTTP = """\
`backtrail serve` answers under `/api`. Shapes are those that the commands print with `--json`,
and stand in `/api/openapi.json`; members whose names end in `_ns` are decimal text, since
nanoseconds do not fit a JavaScript number. What goes wrong is a problem document (RFC 9457): a
sentence in `detail`, and in `hint` what to do next. A list has `limit` and `cursor`; the cursor of
the next page is `next_cursor` of this one.

Once there are users or keys, a request says who asks: [users, keys, projects](guides/accounts.md).
The header `X-Backtrail-Project`, or the parameter `project`, names the project that it is about.
"""
MADE = "<!-- Made by tools/gen_docs.py; `./dev fix` makes it anew. -->\n"


class Member(NamedTuple):
    """A field, a constant or an enum member, as its source says it."""

    name: str
    type: str
    default: str
    about: str


def members(owner: ModuleType | type) -> list[Member]:
    """Read the assignments of a module or class, each with the string below it."""
    tree = ast.parse(inspect.getsource(owner))
    body = tree.body[0].body if isinstance(tree.body[0], ast.ClassDef) else tree.body
    found = []
    for node, following in zip(body, [*body[1:], ast.Pass()], strict=True):
        about = (
            str(following.value.value)
            if isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant)
            else ""
        )
        default = ast.unparse(node.value) if getattr(node, "value", None) else ""
        if isinstance(node, ast.AnnAssign):
            found.append(
                Member(ast.unparse(node.target), ast.unparse(node.annotation), default, about)
            )
        elif isinstance(node, ast.Assign):
            found.append(Member(ast.unparse(node.targets[0]), "", default, about))
    return found


def table(header: tuple[str, ...], rows: Iterator[tuple[str, ...]] | list[tuple[str, ...]]) -> str:
    """Write a Markdown table."""
    lines = [header, tuple("---" for _ in header), *rows]
    return "".join(
        "| " + " | ".join(" ".join(cell.replace("|", "\\|").split()) for cell in line) + " |\n"
        for line in lines
    )


def code(text: str) -> str:
    """Write text as code, nothing as nothing."""
    return f"`{text}`" if text else ""


def fields(shape: type) -> str:
    """Write the fields of a struct."""
    rows = [(code(m.name), code(m.type), code(m.default), m.about) for m in members(shape)]
    return table(("member", "type", "default", "meaning"), rows) if rows else "No members.\n"


def events_page() -> str:
    """Write what every kind of event holds."""
    bodies = set(vocabulary.KINDS.values())
    shapes = [shape for shape in vocabulary.SHAPES if shape not in bodies]
    parts = [
        "# Events\n",
        MADE,
        f"{inspect.getdoc(event)}\n",
        "The same as JSON Schema: [events.schema.json](events.schema.json).\n",
        "## Header of a segment\n",
        f"{inspect.getdoc(event.Header)}\n",
        fields(event.Header),
        "## Envelope of an event\n",
        f"{inspect.getdoc(event.Event)}\n",
        READ_BACK,
        fields(event.Event),
        "## Kinds\n",
    ]
    for kind, body in vocabulary.KINDS.items():
        parts += [f"### {kind}\n", f"{inspect.getdoc(body)}\n", fields(body)]
    parts.append("## Shapes inside\n")
    for shape in shapes:
        parts += [f"### {shape.__name__}\n", f"{inspect.getdoc(shape)}\n", fields(shape)]
    parts.append("## Words\n")
    words = [
        (code(m.name), code(m.default), m.about)
        for m in members(kinds)
        if m.name in {"Status", "Mechanism"}
    ]
    parts.append(table(("word", "values", "meaning"), words))
    return "\n".join(parts)


def events_schema() -> str:
    """Write the JSON Schema of one line of a journal."""
    ids = {"type": "string"}
    envelope = {
        "type": "object",
        "properties": {
            "t": {"type": "integer", "description": "The monotonic clock, in nanoseconds."},
            "trace": ids,
            "span": ids,
            "thread": {"type": "string", "description": "Left out for the main thread."},
            "task": {"type": "string", "description": "Left out outside of asyncio."},
            "v": {"type": "integer", "default": 1},
            "kind": {"enum": list(vocabulary.KINDS)},
        },
        "required": ["t", "trace", "kind"],
    }
    schemas, components = msgspec.json.schema_components(
        vocabulary.KINDS.values(), ref_template="#/$defs/{name}"
    )
    lines = [
        {"properties": {"kind": {"const": kind}}, "allOf": [{"$ref": "#/$defs/Envelope"}, schema]}
        for kind, schema in zip(vocabulary.KINDS, schemas, strict=True)
    ]
    page = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "One event of a Backtrail journal, format 1",
        "oneOf": lines,
        "$defs": {"Envelope": envelope, **components},
    }
    return json.dumps(page, indent=2, sort_keys=True) + "\n"


def errors_page() -> str:
    """Write the exit codes, and every error that names one."""
    codes = [(str(int(m_code)), m_code.name.lower(), about) for m_code, about in exit_codes()]
    classes = [
        (code(shape.__name__), inspect.getdoc(shape) or "", str(int(shape.exit_code)))
        for shape in vars(errors).values()
        if isinstance(shape, type) and issubclass(shape, BacktrailError)
    ]
    return "\n".join(
        [
            "# Errors and exit codes\n",
            MADE,
            "A command that fails says what and what next, in two lines on standard error:\n",
            "    error: no trace begins with 4bf9\n    hint: `backtrail ls` lists the traces\n",
            "`--json` never changes the exit code. A traceback is printed only with `--debug`.\n",
            "## Exit codes\n",
            table(("code", "name", "meaning"), codes),
            RUN_CODES,
            "## Error classes\n",
            table(("class", "meaning", "exit code"), classes),
        ]
    )


def exit_codes() -> Iterator[tuple[ExitCode, str]]:
    """Yield each exit code with what its docstring says."""
    about = {m.name: m.about or CODES[m.name] for m in members(ExitCode)}
    for member in ExitCode:
        yield member, about[member.name]


def limits_page() -> str:
    """Write every limit."""
    found = [m for module in (limits, reading) for m in members(module) if m.name.isupper()]
    rows = [(code(m.name), code(m.default), m.about) for m in found]
    return "\n".join(
        [
            "# Limits\n",
            MADE,
            BOUNDED,
            table(("limit", "value", "meaning"), rows),
        ]
    )


def settings_page() -> str:
    """Write every setting, and where it may be set."""
    types = {m.name: m for m in members(settings.Settings)}
    rows = [
        (
            code(name),
            code(f"BACKTRAIL_{name.upper()}"),
            code(types[name].type),
            code(json.dumps(getattr(settings.DEFAULTS, name))),
            about,
        )
        for name, about in settings.ABOUT.items()
    ]
    return "\n".join(
        [
            "# Settings\n",
            MADE,
            f"{inspect.getdoc(settings)}\n",
            "`backtrail config` prints each value in force and where it came from.\n",
            table(("setting", "variable", "type", "default", "meaning"), rows),
            "## Other variables\n",
            table(
                ("variable", "meaning"),
                [
                    (
                        "`BACKTRAIL_DIR`",
                        "The `.backtrail` folder to use; unset, it is looked for upwards.",
                    ),
                    ("`BACKTRAIL_DISABLED`", "Switches recording off, whatever else is set."),
                    (
                        "`TRACEPARENT`",
                        "W3C Trace Context: the trace and span that a process goes on in.",
                    ),
                    ("`NO_COLOR`", "Print without colours."),
                ],
            ),
        ]
    )


def cli_page() -> str:
    """Write every command with its options."""
    parts = ["# Commands\n", MADE, f"{inspect.cleandoc(cli.help or '')}\n"]
    parts += command_parts(cli, click.Context(cli, info_name="backtrail"))
    return "\n".join(parts)


def command_parts(command: click.Command, context: click.Context) -> list[str]:
    """Write one command, and those below it."""
    parts = []
    if context.parent is not None:
        about = inspect.cleandoc(command.help or "").replace("\b", "").replace("\\b", "")
        prose, _, example = about.partition("Example")
        parts = [f"## {context.command_path}\n", f"{prose.strip()}\n"]
        examples = [*example.splitlines(), *(command.epilog or "").replace("\b", "").splitlines()]
        shown = [
            f"    {line.strip()}" for line in examples if line.strip(" s:") not in ("", "Example")
        ]
        if shown:
            parts.append("\n".join(["Example:\n", *shown]) + "\n")
    pieces = " ".join(command.collect_usage_pieces(context))
    parts.append(f"    {context.command_path} {pieces}\n")
    rows = [
        (code(record[0]), record[1])
        for parameter in command.get_params(context)
        if (record := parameter.get_help_record(context)) is not None
    ]
    parts.append(table(("option", "meaning"), rows))
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None, name
            parts += command_parts(below, click.Context(below, info_name=name, parent=context))
    return parts


def python_page() -> str:
    """Write every public name of the package, with its signature and docstring."""
    parts = ["# Python\n", MADE, f"{inspect.getdoc(backtrail)}\n"]
    for name in backtrail.__all__:
        value = getattr(backtrail, name)
        about = inspect.getdoc(value) if callable(value) else "The version of this package."
        parts.append(f"## {name}\n")
        if inspect.isfunction(value) or value in CALLED:
            parts.append(f"    {name}{signature(value)}\n")
        if value in {backtrail.debug, backtrail.Debugger}:
            about = inspect.getdoc(backtrail.Debugger.__call__)
        text = f"{about or ''}\n".replace("\nArgs:\n", "\n")
        parts.append(text.replace("\n        ", "\n  ").replace("\n    ", "\n- "))
    return "\n".join(parts)


def signature(value: Callable[..., object]) -> str:
    """Write how it is called; every debugger fulfils the protocol."""
    is_debugger = value in {backtrail.debug, backtrail.Debugger}
    shape = backtrail.Debugger.__call__ if is_debugger else value
    text = str(inspect.signature(shape)).replace("(self, ", "(")
    text = re.sub(r"<built-in function (\w+)>", r"\1", text)
    return re.sub(r"(: |-> )'([^']*)'", r"\1\2", text)


def http_page() -> str:
    """Write every route of the interface, from the document that the server publishes."""
    document = make_app(Project(home=Path("nowhere"), clock=SYSTEM_CLOCK)).openapi()
    parts = ["# The interface over HTTP\n", MADE, HTTP]
    for path, methods in sorted(document["paths"].items()):
        for method, operation in methods.items():
            parts += [f"## {method.upper()} {path}\n", f"{operation['description']}\n"]
            rows = [
                (code(each["name"]), each["in"], each.get("description") or bounds(each["schema"]))
                for each in operation.get("parameters", ())
            ]
            if rows:
                parts.append(table(("parameter", "in", "meaning"), rows))
            [(media, content)] = operation["responses"]["200"]["content"].items()
            shape = content["schema"].get("$ref", "").rpartition("/")[2]
            parts.append(f"Answers `{shape}`.\n" if shape else f"Answers `{media}`.\n")
    return "\n".join(parts)


def bounds(schema: dict[str, object]) -> str:
    """Say within which numbers a parameter lies."""
    return f"{schema['minimum']} to {schema['maximum']}" if "minimum" in schema else ""


PAGES: dict[str, Callable[[], str]] = {
    "events.md": events_page,
    "events.schema.json": events_schema,
    "errors.md": errors_page,
    "limits.md": limits_page,
    "settings.md": settings_page,
    "cli.md": cli_page,
    "http.md": http_page,
    "python.md": python_page,
}


def main() -> None:
    """Write the pages, or check them."""
    pages = {DOCS / name: write() for name, write in PAGES.items()}
    stale = [path for path, text in pages.items() if not path.exists() or path.read_text() != text]
    if sys.argv[1:] == ["--check"]:
        if stale:
            names = ", ".join(path.name for path in stale)
            sys.exit(f"error: stale in docs/: {names}\nhint: ./dev fix")
        return
    for path in stale:
        path.write_text(pages[path])


if __name__ == "__main__":
    main()
