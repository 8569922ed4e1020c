"""Calls to models as text: a table of them, and one as a conversation."""

from __future__ import annotations

from collections.abc import Iterator

from backtrail.cli.failure_text import Page, short_path
from backtrail.cli.layout.looked import Looked, last_of, left_out
from backtrail.cli.text import clock_text, counted, cut, printable, table, tone
from backtrail.model.event import Place
from backtrail.trail.moment import duration_text
from backtrail.trail.value import value_text
from backtrail.trail.views.messages import Message, ToolCall
from backtrail.trail.views.transcripts import LlmCall, LlmCalls, Transcript, is_failed

MESSAGE_LINES_MAX = 40
"""Lines that are printed of one message unless all of it is wanted."""
ROLE_TONES = {"system": "quiet", "developer": "quiet", "user": "code", "tool": "warn"}


def calls_lines(calls: LlmCalls, seen: Looked, page: Page, *, limit: int) -> Iterator[str]:
    """Yield the table of the calls, with their sums above it."""
    if not calls.count:
        yield seen.title("no model was asked")
        return
    yield seen.title(counted(calls.count, "call") + " to models")
    yield "  " + cut(", ".join(_sums(calls)), page.width - 2)
    yield ""
    shown, hidden = last_of(calls.calls, limit)
    rows = [
        [
            seen.event_id(call.event_id),
            clock_text(call.time_unix_ns).partition(".")[0],
            call.model or "-",
            _number(call.input_tokens),
            _number(call.output_tokens),
            cost_text(call.cost_usd),
            duration_text(call.took_ms),
            duration_text(call.first_token_ms) if call.first_token_ms is not None else "",
            ",".join(call.finish_reasons) or (str(call.status) if call.status else ""),
            _said(call),
        ]
        for call in shown
    ]
    heads = ["call", "at", "model", "in", "out", "cost", "took", "first", "finish", "said"]
    head, *lines = table(rows, heads=heads, width=page.width, right=frozenset({3, 4, 5, 6, 7}))
    yield from left_out(hidden + calls.cut, "call", where=" before them")
    yield head
    for call, line in zip(shown, lines, strict=True):
        yield tone(line, _mood(call)) if _mood(call) else line
    yield ""
    yield tone(f"backtrail llm show {seen.event_id(shown[-1].event_id)}", "code") + tone(
        "  the last one in full", "quiet"
    )


def transcript_lines(call: Transcript, page: Page, *, is_whole: bool) -> Iterator[str]:
    """Yield one call as a conversation."""
    yield tone(" ".join(_head(call)), "heading" if not is_failed(call) else "bad title")
    yield from _facts(call, page)
    lines_max = None if is_whole else MESSAGE_LINES_MAX
    yield ""
    for message in call.messages:
        yield from _message(message, page, lines_max)
    if call.tools:
        names = ", ".join(_tool_name(tool) for tool in call.tools)
        yield tone("tools", "heading") + f"  {cut(names, page.width - 7)}"
        yield ""
    if call.error:
        yield tone("failed", "bad title")
        yield from _block(call.error, page, lines_max)
        yield ""
    if call.answer is not None:
        yield tone("answer", "good") + (
            tone(f"  {', '.join(call.finish_reasons)}", _finish_mood(call))
            if call.finish_reasons
            else ""
        )
        yield from _content(call.answer, page, lines_max)
    elif call.response_body is not None:
        yield tone("answer", "good") + tone("  in no shape that is known", "quiet")
        yield from _block(value_text(call.response_body), page, lines_max)


def cost_text(cost_usd: float | None) -> str:
    """Write a cost in dollars, with as many digits as it takes to see it."""
    if cost_usd is None:
        return ""
    return f"${cost_usd:.2f}" if cost_usd >= 1 or cost_usd == 0 else f"${cost_usd:.4f}"


def place_of(place: Place | None, page: Page) -> str:
    """Write `file:line in function`, or nothing when it is not known."""
    if place is None:
        return ""
    return f"{short_path(place.file, page)}:{place.line} in {place.function}"


def _sums(calls: LlmCalls) -> Iterator[str]:
    if calls.failed:
        yield f"{calls.failed:,} failed"
    if calls.input_tokens is not None or calls.output_tokens is not None:
        known = f"{calls.input_tokens or 0:,} tokens in, {calls.output_tokens or 0:,} out"
        yield known + (f" ({calls.without_tokens:,} do not say)" if calls.without_tokens else "")
    if calls.cost_usd is not None:
        unknown = f" ({calls.without_cost:,} not known)" if calls.without_cost else ""
        yield cost_text(calls.cost_usd) + unknown
    else:
        yield "cost not known"
    yield duration_text(calls.took_ms)


def _number(number: int | None) -> str:
    return "" if number is None else f"{number:,}"


def _said(call: LlmCall) -> str:
    words = [f"(attempt {call.attempt})"] if call.attempt > 1 else []
    if call.error:
        words.append(call.error)
    if call.tool_calls:
        words.append(f"calls {', '.join(call.tool_calls)}")
    if call.text:
        words.append(call.text)
    return " ".join(words)


def _mood(call: LlmCall) -> str:
    if is_failed(call):
        return "bad"
    return "warn" if _finish_mood(call) == "warn" else ""


def _finish_mood(call: LlmCall) -> str:
    cut_short = {"length", "max_tokens", "MAX_TOKENS", "content_filter", "incomplete", "SAFETY"}
    return "warn" if cut_short.intersection(call.finish_reasons) else "quiet"


def _head(call: Transcript) -> Iterator[str]:
    yield printable(call.model or "a model")
    if call.response_model and call.response_model != call.model:
        yield f"(answered by {printable(call.response_model)})"
    if call.error or (call.status or 0) >= 400:  # noqa: PLR2004 - a status that says: failed
        yield "failed" + (f" with {call.status}" if call.status else "")
    elif not call.is_complete:
        yield "was not read to its end"
    else:
        yield "answered"
    if call.took_ms is not None:
        yield f"after {duration_text(call.took_ms)}"


def _facts(call: Transcript, page: Page) -> Iterator[str]:
    used = [
        f"{number:,} {what}"
        for number, what in ((call.input_tokens, "in"), (call.output_tokens, "out"))
        if number is not None
    ]
    price = f" by the prices of {call.price_date}" if call.price_date else ""
    streamed = [f"{call.pieces or '?'} pieces"] if call.is_streamed else []
    if call.first_token_ms is not None:
        streamed.append(f"the first after {duration_text(call.first_token_ms)}")
    rows = [
        ("call", call.event_id),
        ("trace", call.trace_id),
        ("at", clock_text(call.time_unix_ns) + (f", attempt {call.attempt}" * (call.attempt > 1))),
        ("from", place_of(call.caller, page)),
        (
            "to",
            " ".join(word for word in (call.url, f"by {call.client}" * bool(call.client)) if word),
        ),
        ("tokens", ", ".join(used)),
        ("cost", cost_text(call.cost_usd) + price if call.cost_usd is not None else ""),
        ("streamed", ", ".join(streamed)),
        ("asked", ", ".join(f"{name}={value_text(v)}" for name, v in call.parameters.items())),
    ]
    for name, text in rows:
        if text:
            yield f"  {name:<8} {cut(text, page.width - 11)}"


def _message(message: Message, page: Page, lines_max: int | None) -> Iterator[str]:
    answered = f"  answers {message.tool_call_id}" if message.tool_call_id else ""
    yield tone(message.role, ROLE_TONES.get(message.role, "good")) + tone(answered, "quiet")
    yield from _content(message, page, lines_max)


def _content(message: Message, page: Page, lines_max: int | None) -> Iterator[str]:
    if message.text:
        yield from _block(message.text, page, lines_max)
    for call in message.tool_calls:
        yield from _tool_call(call, page, lines_max)
    yield ""


def _tool_call(call: ToolCall, page: Page, lines_max: int | None) -> Iterator[str]:
    named = f"  {call.id}" if call.id else ""
    yield f"  calls {tone(call.name, 'heading')}{tone(named, 'quiet')}"
    if isinstance(call.arguments, dict):
        for name, value in call.arguments.items():
            yield from _block(f"{name} = {value_text(value)}", page, lines_max, indent=4)
    elif call.arguments is not None:
        yield from _block(value_text(call.arguments), page, lines_max, indent=4)


def _block(text: str, page: Page, lines_max: int | None, *, indent: int = 2) -> Iterator[str]:
    """Yield a text as it was written, its long lines broken; nothing that moves the cursor."""
    width = max(20, page.width - indent)
    lines = [piece for line in text.splitlines() or [""] for piece in _pieces(line, width)]
    shown = lines if lines_max is None else lines[:lines_max]
    for line in shown:
        yield (" " * indent + line).rstrip()
    if hidden := len(lines) - len(shown):
        yield tone(f"{' ' * indent}… {counted(hidden, 'further line')} (--all)", "quiet")


def _pieces(line: str, width: int) -> Iterator[str]:
    rest = cut(line.expandtabs(4), max(len(line) * 8, 1))
    while len(rest) > width:
        space = rest.rfind(" ", width // 2, width + 1)
        end = space if space > 0 else width
        yield rest[:end]
        rest = rest[end:].lstrip(" ")
    yield rest


def _tool_name(tool: object) -> str:
    if not isinstance(tool, dict):
        return str(tool)
    inner = tool.get("function")
    named = inner if isinstance(inner, dict) else tool
    return str(named.get("name") or tool.get("type") or "?")
