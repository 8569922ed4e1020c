"""A call of a model that has ended, told of as one event."""

from __future__ import annotations

from typing import Any

from backtrail.model.clock import NS_PER_MS
from backtrail.model.effects import LlmCalled
from backtrail.model.event import Json
from backtrail.model.limits import MODEL_CHARS_MAX, MODEL_TEXT_CHARS_MAX
from backtrail.record.calls.addresses import header, host_of, shown_url
from backtrail.record.calls.bodies import Room, parsed, read, shown_body, shown_json
from backtrail.record.calls.exchange import Exchange
from backtrail.record.calls.llm.prices import PRICE_DATE, cost_usd
from backtrail.record.calls.llm.reading import Answer, Asked, Protocol, request_attributes
from backtrail.record.calls.llm.streams import Events, events_of
from backtrail.record.calls.telling import attempt, is_streamed, is_timeout, took_ms, write
from backtrail.record.capture.failure import described
from backtrail.record.capture.values.walk import Walk

_LIST_MAX = 200


def tell_call(exchange: Exchange, protocol: Protocol, path: str, request: dict[str, Any]) -> None:
    """Record an exchange as a call of a model."""
    asked = protocol.ask(path, request)
    body, events = _events(exchange)
    answer = Answer()
    first = _taken(answer, protocol, events)
    if asked.provider == "anthropic":
        answer.usage = with_cached(answer.usage)
    walk = Walk()
    came = Room(walk, chars=MODEL_CHARS_MAX // 2, text_chars=MODEL_TEXT_CHARS_MAX)
    sent = Room(walk, chars=MODEL_CHARS_MAX // 2, text_chars=MODEL_TEXT_CHARS_MAX)
    text = answer.text()
    streamed = is_streamed(exchange) or asked.parameters.get("stream") is True
    cost = cost_usd(answer.model or asked.model, answer.usage)
    if cost is None and answer.model:
        cost = cost_usd(asked.model, answer.usage)
    event = LlmCalled(
        attributes=shown_json(_attributes(exchange, asked, answer), came),
        url=shown_url(exchange.url, walk),
        client=exchange.client,
        status=exchange.status,
        messages=shown_messages(asked.messages, sent),
        tools=shown_json(asked.tools, sent),
        parameters=shown_json(asked.parameters, sent),
        text=None if text is None else came.text(text),
        tool_calls=shown_json(answer.tool_calls(), came),
        response_body=_rest(exchange, answer, body, came),
        cost_usd=cost,
        price_date=None if cost is None else PRICE_DATE,
        took_ms=took_ms(exchange),
        first_token_ms=_first_token_ms(exchange, first, is_streamed=streamed),
        pieces=len(events.values) if streamed else None,
        error=_error(exchange, answer, walk),
        is_timeout=is_timeout(exchange),
        is_streamed=streamed,
        is_complete=exchange.is_complete or answer.is_finished or events.is_done,
        attempt=attempt(exchange),
        caller=exchange.calls[0] if exchange.calls else None,
        calls=exchange.calls,
    )
    write("llm.called", event, walk, exchange.here)


def _events(exchange: Exchange) -> tuple[bytes | None, Events]:
    """Return the answer's bytes and its events; one that is no stream is one event."""
    kept = exchange.answer
    encoding = header(exchange.answer_headers, "content-encoding")
    body = read(kept, encoding, is_decoded=exchange.is_decoded)
    events = Events()
    if not body:
        return body, events
    if not is_streamed(exchange):
        value = parsed(body)
        if type(value) is dict:
            events.values.append((0, value))
            return body, events
    events = events_of(body)
    if kept.tail:
        offset = kept.size - len(kept.tail)
        last = events_of(bytes(kept.tail), offset=offset)
        events.values += last.values
        events.is_done = last.is_done
    return body, events


def _taken(answer: Answer, protocol: Protocol, events: Events) -> int | None:
    """Put an answer together, and return where the first piece of it began that says something."""
    first = None
    for offset, value in events.values:
        if type(value) is not dict:
            continue
        protocol.take(answer, value)
        if first is None and (answer.texts or answer.tools):
            first = offset
    return first


def shown_messages(messages: list[Any], room: Room) -> list[Json]:
    """Return messages as they are told of: the last ones in full, when there are too many."""
    shown: list[Json] = []
    for message in reversed(messages):
        if room.nodes <= 0 or len(shown) >= _LIST_MAX:
            shown.append({"$cut": len(messages) - len(shown)})
            break
        shown.append(shown_json(message, room))
    shown.reverse()
    return shown


def _attributes(exchange: Exchange, asked: Asked, answer: Answer) -> dict[str, Any]:
    host, colon, port = host_of(exchange.url).rpartition(":")
    found: dict[str, Any] = {
        "gen_ai.operation.name": asked.operation,
        "gen_ai.provider.name": asked.provider,
        "gen_ai.request.model": asked.model or None,
        "server.address": host if colon else port,
        "server.port": int(port) if colon and port.isdigit() else None,
        "gen_ai.response.id": answer.response_id,
        "gen_ai.response.model": answer.model,
        "gen_ai.response.finish_reasons": list(answer.finish.values()) or None,
        "gen_ai.output.type": _output_type(asked),
    }
    found |= asked.attributes | answer.attributes | request_attributes(asked.parameters)
    found |= {f"gen_ai.usage.{name}": count for name, count in answer.usage.items()}
    return {name: value for name, value in found.items() if value is not None}


def with_cached(usage: dict[str, int]) -> dict[str, int]:
    """Return counts in which input counts what was cached too, as OpenTelemetry wants it."""
    if "input_tokens" not in usage:
        return usage
    cached = sum(count for name, count in usage.items() if name.endswith(".input_tokens"))
    return usage | {"input_tokens": usage["input_tokens"] + cached}


def _output_type(asked: Asked) -> str | None:
    wanted = asked.parameters.get("response_format") or asked.parameters.get("format")
    kind = wanted.get("type") if type(wanted) is dict else wanted
    if type(kind) is str and "json" in kind:
        return "json"
    mime = asked.parameters.get("responseMimeType")
    return "json" if type(mime) is str and "json" in mime else None


def _rest(exchange: Exchange, answer: Answer, body: bytes | None, room: Room) -> Json:
    """Return the answer as it came, where it failed or has no known shape."""
    if answer.is_known and not exchange.is_bad:
        return shown_json(answer.failure, room)
    kind = header(exchange.answer_headers, "content-type")
    return shown_body(body, exchange.answer.size, kind, room)


def _first_token_ms(exchange: Exchange, first: int | None, *, is_streamed: bool) -> float | None:
    """Return when the first piece came that says something; of a whole answer that is its end."""
    if first is None or not is_streamed:
        return None
    encoding = header(exchange.answer_headers, "content-encoding")
    is_plain = exchange.is_decoded or not encoding
    time_ns = exchange.answer.arrived_ns(first if is_plain else 0)
    return None if time_ns is None else (time_ns - exchange.started_ns) / NS_PER_MS


def _error(exchange: Exchange, answer: Answer, walk: Walk) -> str | None:
    """Return what the client raised, or what the model said in the midst of a stream."""
    if exchange.error is not None:
        return described(exchange.error, walk)
    failure = answer.failure
    if failure is None or exchange.is_bad:
        return None
    room = Room(walk)
    if type(failure) is dict:
        kind, message = failure.get("type") or failure.get("code"), failure.get("message")
        if type(message) is str:
            return room.text(f"{kind or 'error'}: {message}")
    return "error in the answer" if type(failure) is not str else room.text(failure)
