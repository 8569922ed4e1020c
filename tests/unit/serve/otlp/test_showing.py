from __future__ import annotations

import json

from backtrail.serve.otlp.showing import MISSING, Page


def test_plain_values_stay_what_they_are() -> None:
    values = {"s": "x", "n": 7, "d": 0.5, "b": True, "none": None, "l": [1, {"k": "v"}]}
    assert Page().attributes(values) == values


def test_a_secret_name_hides_its_value_wherever_it_stands() -> None:
    page = Page()
    shown = page.attributes(
        {
            "http.request.header.authorization": ["Bearer abcdef123456"],
            "db": {"password": "hunter2hunter2"},
            "llm.token_count.prompt": 17,
            "note": "copied: hunter2hunter2",
        }
    )
    encoded = page.scrubbed(json.dumps(shown).encode()).decode()
    assert "abcdef123456" not in encoded
    assert "hunter2" not in encoded
    assert shown["llm.token_count.prompt"] == 17


def test_ids_stay_what_they_are_even_if_a_secret_is_a_part_of_them() -> None:
    page = Page()
    page.value("a1a1a1a1", "password")
    assert page.scrubbed(b'{"x":"a1a1a1a1"}', keep="a1a1a1a1a1") == b'{"x":"a1a1a1a1"}'
    assert b"a1a1" not in page.scrubbed(b'{"x":"a1a1a1a1"}')


def test_a_text_of_json_is_looked_through_value_by_value() -> None:
    page = Page()
    clean = json.dumps({"messages": [{"role": "user", "content": "what is a token?"}]})
    assert page.text(clean) == clean
    secret = json.dumps({"headers": {"x-api-key": "abc123abc123"}, "q": "w" * 60})
    shown = page.text(secret)
    assert "abc123" not in shown
    assert json.loads(shown)["q"] == "w" * 60


def test_what_only_begins_like_json_is_a_text() -> None:
    text = "{curly beginnings, password=hunter2hunter2 and no end of it at all"
    shown = Page().text(text)
    assert "hunter2" not in shown
    assert shown.startswith("{curly beginnings")
    assert Page().text("[" * 100_000).startswith("[[[")


def test_long_texts_are_cut_and_all_of_a_span_share_one_room() -> None:
    page = Page(chars=20_000)
    shown = page.attributes({f"a{number}": "word " * 4_000 for number in range(10)})
    assert shown["a0"].endswith(f"…[+{20_000 - 8_192} chars]")
    assert sum(map(len, shown.values())) < 22_000


def test_missing_attributes_are_told() -> None:
    assert Page().attributes({"a": 1}, 5) == {"a": 1, MISSING: 5}


def test_bytes_are_told_by_their_size_and_beginning() -> None:
    assert Page().value(b"\0\1" * 100) == {
        "$type": "bytes",
        "size": 200,
        "head": ("\0\1" * 32),
    }


def test_lone_halves_of_characters_can_be_encoded() -> None:
    Page().text("broken \ud800 text").encode()
    Page().name("\udfff").encode()
