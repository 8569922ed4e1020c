"""Which requests ask a model: by the path of the URL and the shape of the body, on any host."""

from __future__ import annotations

from typing import Any

from backtrail.record.calls.addresses import header, path_of
from backtrail.record.calls.bodies import parsed, read
from backtrail.record.calls.exchange import Exchange
from backtrail.record.calls.llm import (
    anthropic_messages,
    gemini,
    ollama,
    openai_chat,
    openai_responses,
)
from backtrail.record.calls.llm.reading import Protocol
from backtrail.record.calls.llm.told import tell_call

PROTOCOLS = (
    openai_chat.CHAT,
    openai_responses.RESPONSES,
    anthropic_messages.MESSAGES,
    openai_chat.EMBEDDINGS,
    gemini.GENERATION,
    ollama.CHAT,
    ollama.GENERATION,
    openai_chat.COMPLETIONS,
    gemini.EMBEDDINGS,
    ollama.EMBEDDINGS,
)
"""Each is asked in turn."""


def tell_if_model(exchange: Exchange) -> bool:
    """Record an exchange as a call of a model, if it is one; say whether it was."""
    found = recognised(exchange)
    if found is None:
        return False
    tell_call(exchange, *found)
    return True


def recognised(exchange: Exchange) -> tuple[Protocol, str, dict[str, Any]] | None:
    """Return how a model was asked, with the path and the body; `None` for any other request."""
    request = exchange.request
    if exchange.method != "POST" or request is None or not request.is_whole:
        return None
    path = path_of(exchange.url).rstrip("/")
    sent = read(request, header(exchange.request_headers, "content-encoding"))
    body = parsed(sent) if sent else None
    if type(body) is not dict:
        return None
    found = next((it for it in PROTOCOLS if it.is_request(path, body)), None)
    return None if found is None else (found, path, body)
