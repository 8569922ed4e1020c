"""Ollama's chats and generations, which come as lines of JSON unless asked otherwise."""

from __future__ import annotations

from backtrail.record.calls.llm.reading import Answer, Asked, Protocol, Value

USAGE = {"input_tokens": "prompt_eval_count", "output_tokens": "eval_count"}
_NOT_PARAMETERS = frozenset({"messages", "prompt", "system", "model", "tools", "input", "options"})


def is_chat(path: str, body: dict[str, Value]) -> bool:
    """Tell whether it is a request for a chat."""
    return path.endswith("/api/chat") and _has(body, "messages")


def is_generation(path: str, body: dict[str, Value]) -> bool:
    """Tell whether it is a request for the completion of a prompt."""
    return path.endswith("/api/generate") and _has(body, "prompt")


def is_embedding(path: str, body: dict[str, Value]) -> bool:
    """Tell whether it is a request for embeddings."""
    return path.endswith(("/api/embed", "/api/embeddings")) and (
        _has(body, "input") or _has(body, "prompt")
    )


def _has(body: dict[str, Value], name: str) -> bool:
    return type(body.get("model")) is str and name in body


def ask_chat(_path: str, body: dict[str, Value]) -> Asked:
    """Read a request for a chat."""
    asked = _asked("chat", body)
    messages = body["messages"]
    asked.messages = messages if type(messages) is list else []
    tools = body.get("tools")
    asked.tools = tools if type(tools) is list else []
    return asked


def ask_generation(_path: str, body: dict[str, Value]) -> Asked:
    """Read a request for a completion."""
    asked = _asked("text_completion", body)
    asked.say("system", body.get("system"))
    asked.say("user", body["prompt"])
    return asked


def ask_embedding(_path: str, body: dict[str, Value]) -> Asked:
    """Read a request for embeddings."""
    asked = _asked("embeddings", body)
    asked.say("user", body.get("input") or body.get("prompt"))
    return asked


def _asked(operation: str, body: dict[str, Value]) -> Asked:
    asked = Asked(operation, "ollama", body.get("model"))
    asked.parameters = {n: v for n, v in body.items() if n not in _NOT_PARAMETERS}
    options = body.get("options")
    if type(options) is dict:
        asked.parameters |= options
    return asked


def take(answer: Answer, value: dict[str, Value]) -> None:
    """Take an answer, or a line of a streamed one."""
    answer.add_usage(value, USAGE)
    answer.name(None, value.get("model"))
    if "error" in value:
        answer.failure = value["error"]
    if "done" in value or "embeddings" in value or "embedding" in value:
        answer.is_known = True
    message = value.get("message")
    if type(message) is dict:
        answer.add_text(0, message.get("content"))
        tools = message.get("tool_calls")
        for tool in tools if type(tools) is list else []:
            called = tool.get("function") if type(tool) is dict else None
            if type(called) is dict:
                answer.add_tool(
                    len(answer.tools), name=called.get("name"), arguments=called.get("arguments")
                )
    answer.add_text(0, value.get("response"))
    if value.get("done") is True:
        answer.is_finished = True
        reason = value.get("done_reason")
        answer.finish[0] = reason if type(reason) is str else "stop"


CHAT = Protocol(is_chat, ask_chat, take)
GENERATION = Protocol(is_generation, ask_generation, take)
EMBEDDINGS = Protocol(is_embedding, ask_embedding, take)
