"""Gemini's contents: generated, streamed or embedded."""

from __future__ import annotations

from backtrail.record.calls.llm.reading import Answer, Asked, Protocol, Value

USAGE = {
    "input_tokens": "usageMetadata.promptTokenCount",
    "output_tokens": "usageMetadata.candidatesTokenCount",
    "cache_read.input_tokens": "usageMetadata.cachedContentTokenCount",
    "reasoning.output_tokens": "usageMetadata.thoughtsTokenCount",
}
_GENERATING = (":generateContent", ":streamGenerateContent")
_EMBEDDING = (":embedContent", ":batchEmbedContents")
_NOT_PARAMETERS = frozenset(
    {"contents", "content", "requests", "systemInstruction", "system_instruction", "tools", "model"}
)


def is_generation(path: str, body: dict[str, Value]) -> bool:
    """Tell whether it is a request to generate content."""
    return path.endswith(_GENERATING) and "contents" in body


def is_embedding(path: str, body: dict[str, Value]) -> bool:
    """Tell whether it is a request for embeddings."""
    return path.endswith(_EMBEDDING) and ("content" in body or "requests" in body)


def ask(path: str, body: dict[str, Value]) -> Asked:
    """Read a request to generate content; the model stands in the path."""
    asked = _asked("generate_content", path, body)
    instruction = body.get("systemInstruction") or body.get("system_instruction")
    asked.say("system", _content(instruction))
    contents = body["contents"]
    for content in contents if type(contents) is list else [contents]:
        role = content.get("role") if type(content) is dict else None
        asked.say(role if type(role) is str else "user", _content(content))
    tools = body.get("tools")
    asked.tools = tools if type(tools) is list else []
    settings = asked.parameters.pop("generationConfig", None)
    if type(settings) is dict:
        asked.parameters |= settings
    return asked


def ask_embedding(path: str, body: dict[str, Value]) -> Asked:
    """Read a request for embeddings."""
    asked = _asked("embeddings", path, body)
    asked.say("user", body.get("content") or body.get("requests"))
    return asked


def _asked(operation: str, path: str, body: dict[str, Value]) -> Asked:
    asked = Asked(operation, "gcp.gemini", path.rpartition("/")[2].partition(":")[0])
    asked.parameters = {n: v for n, v in body.items() if n not in _NOT_PARAMETERS}
    return asked


def _content(content: Value) -> Value:
    """Return the parts of a content; parts that are all text as one text."""
    parts = content.get("parts") if type(content) is dict else content
    if type(parts) is dict:
        parts = [parts]
    if type(parts) is not list:
        return parts
    texts = [part.get("text") if type(part) is dict else part for part in parts]
    return "".join(map(str, texts)) if all(type(text) is str for text in texts) else parts


def take(answer: Answer, value: dict[str, Value]) -> None:
    """Take an answer, or a piece of a streamed one."""
    answer.add_usage(value, USAGE)
    answer.name(value.get("responseId"), value.get("modelVersion"))
    if value.get("error") is not None:
        answer.failure = value["error"]
    feedback = value.get("promptFeedback")
    if type(feedback) is dict and type(feedback.get("blockReason")) is str:
        answer.is_known = True
        answer.finish[0] = feedback["blockReason"]
    candidates = value.get("candidates")
    if type(candidates) is list:
        answer.is_known = True
        for place, candidate in enumerate(candidates):
            if type(candidate) is dict:
                _take_candidate(answer, candidate, candidate.get("index", place))
    elif "embedding" in value or "embeddings" in value:
        answer.is_known = True


def _take_candidate(answer: Answer, candidate: dict[str, Value], index: Value) -> None:
    content = candidate.get("content")
    parts = content.get("parts") if type(content) is dict else None
    for part in parts if type(parts) is list else []:
        if type(part) is not dict:
            continue
        if not part.get("thought"):
            answer.add_text(index, part.get("text"))
        called = part.get("functionCall")
        if type(called) is dict:
            answer.add_tool(
                (index, len(answer.tools)),
                id_=called.get("id"),
                name=called.get("name"),
                arguments=called.get("args", {}),
            )
    if type(candidate.get("finishReason")) is str:
        answer.finish[index] = candidate["finishReason"]


GENERATION = Protocol(is_generation, ask, take)
EMBEDDINGS = Protocol(is_embedding, ask_embedding, take)
