from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrail.record.capture.secrets.markup import blank_fields
from backtrail.record.capture.secrets.taints import MARKER

SECRET = "open" + "-Sesame" + "-17"
CASES = {
    f'{{"name": "password", "value": "{SECRET}"}}': f'{{"name": "password", "value": "{MARKER}"}}',
    f"Cookie(name='session_id', value='{SECRET}')": f"Cookie(name='session_id', value='{MARKER}')",
    f'{{"key":"API_KEY","on":true,"value":"{SECRET}"}}': (
        f'{{"key":"API_KEY","on":true,"value":"{MARKER}"}}'
    ),
    f'<input type="text" name="password" value="{SECRET}">': (
        f'<input type="text" name="password" value="{MARKER}">'
    ),
    f"<user>ann</user><password>{SECRET}</password>": (
        f"<user>ann</user><password>{MARKER}</password>"
    ),
    f'<w:Password Type="text">\n{SECRET}\n</w:Password>': (
        f'<w:Password Type="text">{MARKER}</w:Password>'
    ),
    f'--b\r\nContent-Disposition: form-data; name="password"\r\n\r\n{SECRET}\r\n--b--': (
        f'--b\r\nContent-Disposition: form-data; name="password"\r\n\r\n{MARKER}\r\n--b--'
    ),
}
HARMLESS = [
    '{"name": "user", "value": "ann"}',
    '<input name="tokenizer" value="gpt2">',
    "<user>ann</user>",
    "<password></password>",
    '--b\r\nContent-Disposition: form-data; name="user"\r\n\r\nann\r\n--b--',
    'name="password"',
    "value",
]


def blanked(text: str) -> str:
    return blank_fields(text, text.lower(), None)


@pytest.mark.parametrize(("text", "clean"), CASES.items())
def test_the_value_of_a_secret_field_goes_and_the_rest_stays(text: str, clean: str) -> None:
    assert blanked(text) == clean


@pytest.mark.parametrize("text", HARMLESS)
def test_a_harmless_text_stays(text: str) -> None:
    assert blanked(text) == text


def test_each_value_is_told() -> None:
    found: list[str] = []
    text = f"<a><password>{SECRET}</password><user>ann</user><token>of mine</token></a>"
    blank_fields(text, text.lower(), found.append)
    assert found == [SECRET, "of mine"]


@pytest.mark.parametrize("depth", range(4))
def test_json_inside_of_json_stays_json(depth: int) -> None:
    text = json.dumps({"name": "password", "value": SECRET})
    clean = json.dumps({"name": "password", "value": MARKER})
    for _ in range(depth):
        text, clean = json.dumps(text), json.dumps(clean)
    assert blanked(text) == clean


@given(st.text(alphabet="<>/ab =\"'\n-\r;"))
def test_twice_is_once(text: str) -> None:
    once = blanked(f"form-data {text} <password>{text}</ name='token' value='{text}")
    assert blanked(once) == once
