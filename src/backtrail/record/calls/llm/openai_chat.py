"""Chat completions, completions and embeddings, as OpenAI and all that speak like it take them."""

from __future__ import annotations

from backtrail.record.calls.llm.reading import Answer, Asked, Protocol, Value

USAGE = {
    "input_tokens": "prompt_tokens",
    "output_tokens": "completion_tokens",
    "cache_read.input_tokens": "prompt_tokens_details.cached_tokens",
    "reasoning.output_tokens": "completion_tokens_details.reasoning_tokens",
}
_NOT_PARAMETERS = frozenset({"messages", "model", "tools", "functions", "prompt", "input"})


def is_chat(path: str, body: dict[str, Value]) -> bool:
    """Tell whether it is a request for a chat completion."""
    return path.endswith("/chat/completions") and type(body.get("messages")) is list


def is_completion(path: str, body: dict[str, Value]) -> bool:
    """Tell whether it is a request for the completion of a text."""
    return path.endswith("/completions") and "prompt" in body and type(body.get("model")) is str


def is_embedding(path: str, body: dict[str, Value]) -> bool:
    """Tell whether it is a request for embeddings."""
    return path.endswith("/embeddings") and "input" in body and type(body.get("model")) is str


def ask_chat(_path: str, body: dict[str, Value]) -> Asked:
    """Read a request for a chat completion."""
    asked = _asked("chat", body)
    asked.messages = body["messages"]
    tools = body.get("tools") or body.get("functions")
    asked.tools = tools if type(tools) is list else []
    return asked


def ask_completion(_path: str, body: dict[str, Value]) -> Asked:
    """Read a request for a completion."""
    asked = _asked("text_completion", body)
    asked.say("user", body["prompt"])
    return asked


def ask_embedding(_path: str, body: dict[str, Value]) -> Asked:
    """Read a request for embeddings."""
    asked = _asked("embeddings", body)
    asked.say("user", body["input"])
    return asked


def _asked(operation: str, body: dict[str, Value]) -> Asked:
    asked = Asked(operation, "openai", body.get("model"))
    asked.parameters = {n: v for n, v in body.items() if n not in _NOT_PARAMETERS}
    if type(tier := body.get("service_tier")) is str:
        asked.attributes["openai.request.service_tier"] = tier
    return asked


def take(answer: Answer, value: dict[str, Value]) -> None:
    """Take an answer, or a piece of a streamed one."""
    answer.add_usage(value.get("usage"), USAGE)
    answer.name(value.get("id"), value.get("model"))
    if value.get("error") is not None:
        answer.failure = value["error"]
    for name in ("system_fingerprint", "service_tier"):
        if type(value.get(name)) is str:
            answer.attributes[f"openai.response.{name}"] = value[name]
    choices = value.get("choices")
    if type(choices) is list:
        answer.is_known = True
        for position, choice in enumerate(choices):
            if type(choice) is dict:
                _take_choice(answer, choice, choice.get("index", position))
    elif type(value.get("data")) is list:
        answer.is_known = True
        _take_vectors(answer, value["data"])


def _take_vectors(answer: Answer, data: list[Value]) -> None:
    first = data[0] if data else None
    vector = first.get("embedding") if type(first) is dict else None
    if type(vector) is list:
        answer.attributes["gen_ai.embeddings.dimension.count"] = len(vector)


def _take_choice(answer: Answer, choice: dict[str, Value], index: Value) -> None:
    said = choice.get("message") or choice.get("delta")
    if type(said) is dict:
        answer.add_text(index, said.get("content"))
        answer.add_text((index, "refusal"), said.get("refusal"))
        tools = said.get("tool_calls")
        for place, tool in enumerate(tools if type(tools) is list else []):
            if type(tool) is dict:
                _take_tool(answer, (index, tool.get("index", place)), tool)
        if type(said.get("function_call")) is dict:
            _take_tool(answer, (index, "function"), {"function": said["function_call"]})
    answer.add_text(index, choice.get("text"))
    if type(choice.get("finish_reason")) is str:
        answer.finish[index] = choice["finish_reason"]


def _take_tool(answer: Answer, key: Value, tool: dict[str, Value]) -> None:
    called = tool.get("function") or tool.get("custom")
    if type(called) is dict:
        arguments = called.get("arguments", called.get("input"))
        answer.add_tool(key, id_=tool.get("id"), name=called.get("name"), arguments=arguments)


CHAT = Protocol(is_chat, ask_chat, take)
COMPLETIONS = Protocol(is_completion, ask_completion, take)
EMBEDDINGS = Protocol(is_embedding, ask_embedding, take)
