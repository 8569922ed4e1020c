from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrail.record.capture.secrets.assignments import blank_assigned, blank_compared
from backtrail.record.capture.secrets.taints import MARKER

SECRET = "open" + "-Sesame" + "-17"
CASES = {
    f"password={SECRET}": f"password={MARKER}",
    f"user=ann password={SECRET} port=80": f"user=ann password={MARKER} port=80",
    f"password: {SECRET}": f"password: {MARKER}",
    f"password\t:\t{SECRET}\nnext": f"password\t:\t{MARKER}\nnext",
    f"password      = {SECRET}": f"password      = {MARKER}",
    f"password:\n  {SECRET}": f"password:\n  {MARKER}",
    f"password: |\n  {SECRET}\n  {SECRET}\nuser: ann": f"password: |\n{MARKER}user: ann",
    f"password: !vault {SECRET}": f"password: {MARKER}",
    f"password => '{SECRET}'": f"password => '{MARKER}'",
    f"password := {SECRET};": f"password := {MARKER};",
    f"password -> {SECRET}": f"password -> {MARKER}",
    "token: opensesameopensesame": f"token: {MARKER}",
    f"export API_KEY={SECRET}": f"export API_KEY={MARKER}",
    f"API_KEY='{SECRET} {SECRET}'": f"API_KEY='{MARKER}'",
    f'password="a\\"b{SECRET}" x': f'password="{MARKER}" x',
    f"{{'password': b'{SECRET}', 'port': 80}}": f"{{'password': b'{MARKER}', 'port': 80}}",
    f'{{"auth": ["ann", "{SECRET}"], "port": 80}}': f'{{"auth": {MARKER}, "port": 80}}',
    f'{{"password": {{"v": "{SECRET}"}}}}': f'{{"password": {MARKER}}}',
    f"?token={SECRET}&page=2": f"?token={MARKER}&page=2",
    f"?key={SECRET}&page=2": f"?key={MARKER}&page=2",
    f"/x?next=%2Fy%3Ftoken%3D{SECRET}%26page%3D2": f"/x?next=%2Fy%3Ftoken%3D{MARKER}%26page%3D2",
    f"%22password%22%3A%22{SECRET}%22": f"%22password%22%3A%22{MARKER}%22",
    f"--password {SECRET} --port 80": f"--password {MARKER} --port 80",
    f"-password {SECRET}": f"-password {MARKER}",
    f"--api-key={SECRET}": f"--api-key={MARKER}",
    f"['curl', '--token', '{SECRET}', '-v']": f"['curl', '--token', '{MARKER}', '-v']",
    f"('X-Api-Key', '{SECRET}')": f"('X-Api-Key', '{MARKER}')",
    f"[(b'x-api-key', b'{SECRET}')]": f"[(b'x-api-key', b'{MARKER}')]",
    f"Authorization: Own {SECRET}, x\nHost: y": f"Authorization: {MARKER}\nHost: y",
    f'Cookie: a="b c"; s={SECRET}\r\nHost: y': f"Cookie: {MARKER}\r\nHost: y",
    f'Authorization: Digest u="x", r="{SECRET}"': f"Authorization: {MARKER}",
    f"-H 'X-Api-Key: {SECRET}' url": f"-H 'X-Api-Key: {MARKER}' url",
}
HARMLESS = [
    "tokenizer=gpt2 token_count=17 password_policy_doc=policy.md monkey=yes secretary=ann",
    "password=None password=null api_key: true",
    "token: expected name",
    "unexpected token: identifier",
    "('username', 'password', 'email')",
    "sort_key=name",
    "?page=2&sort=name",
    "key=value",
    "a password must be given",
    "sig=abc",
    "password",
    "password=",
    "password:",
]
SOURCE = {
    f'password = "{SECRET}"': f'password = "{MARKER}"',
    f'password: str = "{SECRET}"  # why': f'password: str = "{MARKER}"  # why',
    f"# password: {SECRET}": f"# password: {MARKER}",
    f'setenv("API_KEY", "{SECRET}")': f'setenv("API_KEY", "{MARKER}")',
    f'setattr(x, "password", "{SECRET}")': f'setattr(x, "password", "{MARKER}")',
    f'password = """\n{SECRET}\n"""\nx = 1': f'password = """{MARKER}\n\n"""\nx = 1',
    "password = load(path)": "password = load(path)",
    "if not password:\n    raise E('none given')": "if not password:\n    raise E('none given')",
}


@pytest.mark.parametrize(("text", "clean"), CASES.items())
def test_a_value_behind_a_secret_name_goes_and_the_rest_stays(text: str, clean: str) -> None:
    assert blank_assigned(text, None) == clean


@pytest.mark.parametrize("text", HARMLESS)
def test_a_harmless_text_stays(text: str) -> None:
    assert blank_assigned(text, None) == text


@pytest.mark.parametrize(("text", "clean"), SOURCE.items())
def test_in_source_only_literals_go_and_no_line_is_lost(text: str, clean: str) -> None:
    assert blank_assigned(text, None, is_source=True) == clean
    assert clean.count("\n") == text.count("\n")


def test_a_literal_that_source_compares_with_a_secret_goes() -> None:
    found: list[str] = []
    source = f'if "{SECRET}" == password and "ann" == user and \'x y\' != form["token"]: pass'
    clean = f'if "{MARKER}" == password and "ann" == user and \'{MARKER}\' != form["token"]: pass'
    assert blank_compared(source, found.append) == clean
    assert blank_compared(clean, found.append) == clean
    assert sorted(found) == sorted([SECRET, "x y"])


def test_each_value_is_told() -> None:
    found: list[str] = []
    blank_assigned("password=one-more token='two more' port=80", found.append)
    assert found == ["one-more", "two more"]


@pytest.mark.parametrize("depth", range(4))
def test_json_inside_of_json_stays_json(depth: int) -> None:
    text = json.dumps({"password": SECRET, "port": 80})
    clean = json.dumps({"password": MARKER, "port": 80})
    for _ in range(depth):
        text, clean = json.dumps(text), json.dumps(clean)
    assert blank_assigned(text, None) == clean


@given(st.text().filter(lambda value: value.lower() not in {"", "none", "null", "nil", "true"}))
def test_a_quoted_value_goes_whatever_it_is(value: str) -> None:
    if value.lower() in {"false", "undefined", "na", "n/a"}:
        return
    clean = json.dumps({"user": "ann", "password": MARKER, "port": 80})
    if value.startswith(MARKER):
        return
    assert blank_assigned(json.dumps({"user": "ann", "password": value, "port": 80}), None) == clean


@given(st.text(alphabet="ab=:,'\"\\ \n-&?%[](){}|>", max_size=60))
def test_twice_is_once(text: str) -> None:
    once = blank_assigned(f"{text} password={text} token: '{text}", None)
    assert blank_assigned(once, None) == once


HARD = ["password", "password=", "password=(", 'password="', "token: [", "('password', '", '=\\"']


@pytest.mark.parametrize("piece", [*HARD, "--password ", "password:\n"])
def test_no_text_takes_more_than_linear_time(piece: str) -> None:
    small, large = (took(piece * count) for count in (500, 4_000))
    assert large < max(0.2, small * 40)


def took(text: str) -> float:
    """Return the shortest of three times, in seconds."""
    times = []
    for _ in range(3):
        start = time.thread_time()
        blank_assigned(text, None)
        times.append(time.thread_time() - start)
    return min(times)
