"""What a program exchanged with the world outside of it: calls, files, variables, statements."""

from __future__ import annotations

from typing import Literal

from backtrail.model.event import Body, Json, Place


class HttpCalled(Body, frozen=True, kw_only=True):
    """An HTTP request was answered, or failed."""

    method: str
    url: str
    client: str
    """The library that sent it: `httpx`, `httpx2`, `requests`, `urllib3`, `urllib`, `aiohttp`,
    `http.client`."""
    status: int | None = None
    """`None` when no answer came."""
    request_headers: dict[str, str] = {}
    request_body: Json = None
    """JSON as it is, text as text, anything else as its size and beginning."""
    request_bytes: int | None = None
    response_headers: dict[str, str] = {}
    response_body: Json = None
    response_bytes: int | None = None
    took_ms: float | None = None
    """From the call to the end of the answer, or to where the program let go of it."""
    first_byte_ms: float | None = None
    error: str | None = None
    """`Type: message` of what the client raised instead of answering."""
    is_timeout: bool = False
    is_streamed: bool = False
    is_complete: bool = True
    """Whether the answer was read to its end."""
    attempt: int = 1
    """How often the program has by now sent this same request from this same place."""
    caller: Place | None = None
    calls: list[Place] = []
    """The user's own code on the stack, from the caller outwards."""


class LlmCalled(Body, frozen=True, kw_only=True):
    """A model was asked, and answered or failed."""

    attributes: dict[str, Json] = {}
    """By OpenTelemetry's names: `gen_ai.operation.name`, `gen_ai.provider.name`,
    `gen_ai.request.model`, `gen_ai.response.finish_reasons`, `gen_ai.usage.input_tokens`, …"""
    url: str | None = None
    client: str | None = None
    status: int | None = None
    messages: list[Json] = []
    """What was sent: roles and contents, the system's first."""
    tools: list[Json] = []
    parameters: dict[str, Json] = {}
    """All else that the request holds: temperature, limits, format."""
    text: str | None = None
    """The answer, its pieces joined."""
    tool_calls: list[Json] = []
    """`{"id", "name", "arguments"}` of each tool that the model wants called."""
    response_body: Json = None
    """The answer as it came, where it is not one of a known shape."""
    cost_usd: float | None = None
    """`None` when the price or the usage is not known."""
    price_date: str | None = None
    """The day of the price table that the cost was computed by."""
    took_ms: float | None = None
    first_token_ms: float | None = None
    pieces: int | None = None
    """Pieces in which a streamed answer came."""
    error: str | None = None
    is_timeout: bool = False
    is_streamed: bool = False
    is_complete: bool = True
    attempt: int = 1
    caller: Place | None = None
    calls: list[Place] = []
    """The user's own code on the stack, from the caller outwards."""


class RateLimited(Body, frozen=True, kw_only=True):
    """A provider answered that there were too many requests."""

    url: str
    status: int
    retry_after_s: float | None = None
    remaining: dict[str, Json] = {}
    """What the answer's headers say of limits and what is left of them."""
    waited_ms: float | None = None
    """Until the next request to the same host, where one followed."""
    caller: Place | None = None


class FileOpened(Body, frozen=True, kw_only=True):
    """A file was opened."""

    path: str
    mode: Literal["read", "write", "append", "update"]
    bytes: int | None = None
    """Its size when it was opened; `None` when there was none."""
    sha256: str | None = None
    content: str | None = None
    """Of small text files that were read: what they held."""
    is_cut: bool = False
    """Whether the content is only its beginning."""
    is_missing: bool = False
    caller: Place | None = None
    calls: list[Place] = []
    """The user's own code on the stack, from the caller outwards."""


class FileChanged(Body, frozen=True, kw_only=True):
    """A file or a folder was removed, renamed, made or made into another."""

    action: str
    """`removed`, `renamed`, `copied`, `made`, `linked`, `truncated`, `permitted`."""
    path: str
    target: str | None = None
    caller: Place | None = None
    calls: list[Place] = []
    """The user's own code on the stack, from the caller outwards."""


class DirectoryChanged(Body, frozen=True, kw_only=True):
    """The process went to another working directory."""

    before: str | None
    after: str
    caller: Place | None = None
    calls: list[Place] = []
    """The user's own code on the stack, from the caller outwards."""


class EnvironmentRead(Body, frozen=True, kw_only=True):
    """The program asked for a variable of its environment."""

    name: str
    value: str | None = None
    """`None` when it was not set."""
    caller: Place | None = None
    calls: list[Place] = []
    """The user's own code on the stack, from the caller outwards."""


class EnvironmentChanged(Body, frozen=True, kw_only=True):
    """The program set or removed a variable of its environment."""

    name: str
    before: str | None = None
    after: str | None = None
    caller: Place | None = None
    calls: list[Place] = []
    """The user's own code on the stack, from the caller outwards."""


class SubprocessStarted(Body, frozen=True, kw_only=True):
    """The program started another one."""

    command: list[str]
    pid: int | None = None
    cwd: str | None = None
    environment: dict[str, str | None] = {}
    """Variables that differ from its own, where it gave some; `None` was taken away."""
    error: str | None = None
    """Why it could not be started."""
    caller: Place | None = None
    calls: list[Place] = []
    """The user's own code on the stack, from the caller outwards."""


class SubprocessEnded(Body, frozen=True, kw_only=True):
    """A program that this one had started was seen to end."""

    command: list[str]
    pid: int | None = None
    """`None` where Python does not tell it, as of `os.system`."""
    exit_code: int | None = None
    """Negative is the number of the signal that ended it."""
    stdout: str | None = None
    """The end of what it wrote, where the program took it in."""
    stderr: str | None = None
    took_ms: float | None = None
    is_timeout: bool = False
    caller: Place | None = None
    calls: list[Place] = []
    """The user's own code on the stack, from the caller outwards."""


class SqlExecuted(Body, frozen=True, kw_only=True):
    """A statement was sent to a database."""

    system: str
    """As OpenTelemetry names it: `sqlite`, `postgresql`."""
    statement: str
    """With its parameters in place where the driver gives it so."""
    parameters: Json = None
    database: str | None = None
    connection: str | None = None
    """Tells the connections of a process apart."""
    rows: int | None = None
    """Rows that it changed or gave, where that is known."""
    took_ms: float | None = None
    error: str | None = None
    caller: Place | None = None
    calls: list[Place] = []
    """The user's own code on the stack, from the caller outwards."""


class ClockRead(Body, frozen=True, kw_only=True):
    """The program asked what time it is, or read a time from a text."""

    function: str
    """As it is written in the program: `datetime.now`."""
    value: Json
    arguments: list[Json] = []
    caller: Place | None = None
