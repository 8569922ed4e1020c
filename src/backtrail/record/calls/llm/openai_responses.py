"""OpenAI's responses, as a whole or as a stream of typed events."""

from __future__ import annotations

from backtrail.record.calls.llm.reading import Answer, Asked, Protocol, Value

USAGE = {
    "input_tokens": "input_tokens",
    "output_tokens": "output_tokens",
    "cache_read.input_tokens": "input_tokens_details.cached_tokens",
    "reasoning.output_tokens": "output_tokens_details.reasoning_tokens",
}
_NOT_PARAMETERS = frozenset({"input", "instructions", "model", "tools"})
_ENDS = frozenset({"response.completed", "response.incomplete", "response.failed"})


def is_response(path: str, body: dict[str, Value]) -> bool:
    """Tell whether it is a request for a response."""
    return path.endswith("/responses") and "model" in body and "input" in body


def ask(_path: str, body: dict[str, Value]) -> Asked:
    """Read a request for a response."""
    asked = Asked("chat", "openai", body.get("model"))
    asked.say("system", body.get("instructions"))
    given = body["input"]
    if type(given) is list:
        asked.messages += given
    else:
        asked.say("user", given)
    tools = body.get("tools")
    asked.tools = tools if type(tools) is list else []
    asked.parameters = {n: v for n, v in body.items() if n not in _NOT_PARAMETERS}
    conversation = body.get("conversation")
    if type(conversation) is dict:
        conversation = conversation.get("id")
    if type(conversation) is str:
        asked.attributes["gen_ai.conversation.id"] = conversation
    return asked


def take(answer: Answer, value: dict[str, Value]) -> None:
    """Take a response, or an event of a streamed one."""
    kind = value.get("type")
    if type(kind) is str and (kind == "error" or kind.startswith("response.")):
        answer.is_known = True
        _take_event(answer, kind, value)
    elif value.get("object") == "response" or type(value.get("output")) is list:
        _take_whole(answer, value)
    elif value.get("error") is not None:
        answer.failure = value["error"]


def _take_event(answer: Answer, kind: str, value: dict[str, Value]) -> None:
    place = value.get("output_index", 0)
    if kind in {"response.output_text.delta", "response.refusal.delta"}:
        answer.add_text(place, value.get("delta"))
    elif kind == "response.function_call_arguments.delta":
        answer.add_tool(place, arguments=value.get("delta"))
    elif kind == "response.output_item.added" and type(value.get("item")) is dict:
        item = value["item"]
        if item.get("type") == "function_call":
            answer.add_tool(place, id_=item.get("call_id"), name=item.get("name"))
    elif kind == "error":
        answer.failure = value
    elif type(value.get("response")) is dict:
        if kind in _ENDS:
            answer.is_finished = True
            answer.texts.clear()
            answer.tools.clear()
        _take_whole(answer, value["response"])


def _take_whole(answer: Answer, value: dict[str, Value]) -> None:
    """Take a response as it stands, also one that is not finished."""
    answer.is_known = True
    answer.name(value.get("id"), value.get("model"))
    answer.add_usage(value.get("usage"), USAGE)
    if value.get("error") is not None:
        answer.failure = value["error"]
    details = value.get("incomplete_details")
    status = value.get("status")
    if type(details) is dict and type(details.get("reason")) is str:
        answer.finish[0] = details["reason"]
    elif type(status) is str and status not in {"in_progress", "queued"}:
        answer.finish[0] = "stop" if status == "completed" else status
    output = value.get("output")
    for place, item in enumerate(output if type(output) is list else []):
        if type(item) is dict:
            _take_item(answer, place, item)


def _take_item(answer: Answer, place: int, item: dict[str, Value]) -> None:
    if item.get("type") == "function_call":
        answer.add_tool(
            place,
            id_=item.get("call_id"),
            name=item.get("name"),
            arguments=item.get("arguments"),
        )
    elif item.get("type") == "message":
        answer.add_text(place, item.get("content"))


RESPONSES = Protocol(is_response, ask, take)
