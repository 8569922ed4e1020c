from __future__ import annotations

from backtrail.model.limits import TOOL_CALLS_MAX
from backtrail.record.calls.llm.reading import Answer, Asked, request_attributes


def test_pieces_of_text_are_joined_by_choice() -> None:
    answer = Answer()
    for key, piece in ((0, "tea "), (1, "cake"), (0, "cup"), (0, None), (0, 7)):
        answer.add_text(key, piece)
    answer.add_text(2, [{"type": "text", "text": "a"}, {"type": "image"}, "b"])
    assert answer.text() == "tea cup\ncake\nab"
    assert Answer().text() is None


def test_pieces_of_a_tool_s_call_are_joined_and_read_where_they_are_json() -> None:
    answer = Answer()
    answer.add_tool(0, id_="c1", name="book", arguments='{"room"')
    answer.add_tool(0, arguments=': "4a"}')
    answer.add_tool(1, name="cancel", arguments='{"room": ')
    answer.add_tool(2, name="list", arguments={"all": True})
    assert answer.tool_calls() == [
        {"id": "c1", "name": "book", "arguments": {"room": "4a"}},
        {"id": None, "name": "cancel", "arguments": '{"room": '},
        {"id": None, "name": "list", "arguments": {"all": True}},
    ]


def test_calls_of_tools_are_bounded() -> None:
    answer = Answer()
    for number in range(1_000):
        answer.add_tool(number, name="book")
    assert len(answer.tool_calls()) == TOOL_CALLS_MAX


def test_counts_are_found_by_their_paths_whatever_else_stands_there() -> None:
    answer = Answer()
    answer.add_usage({"in": 3, "deep": {"cached": 2}}, {"a": "in", "b": "deep.cached", "c": "no.x"})
    answer.add_usage(None, {"a": "in"})
    answer.add_usage({"in": "many"}, {"a": "in"})
    assert answer.usage == {"a": 3, "b": 2}


def test_a_message_without_content_is_none() -> None:
    asked = Asked("chat", "openai", ["no", "name"])
    asked.say("system", None)
    asked.say("user", "hello")
    assert asked.messages == [{"role": "user", "content": "hello"}]
    assert asked.model == ""


def test_parameters_get_the_names_of_opentelemetry() -> None:
    given = {"max_completion_tokens": 5, "stop": "END", "topP": 0.5, "seed": None, "user": "ann"}
    assert request_attributes(given) == {
        "gen_ai.request.max_tokens": 5,
        "gen_ai.request.stop_sequences": ["END"],
        "gen_ai.request.top_p": 0.5,
    }
