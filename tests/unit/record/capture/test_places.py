from __future__ import annotations

import os
import sys
from pathlib import Path
from types import CodeType
from typing import Any

import pytest

import backtrail
from backtrail.model.limits import PLACES_MAX, SOURCE_LINE_CHARS_MAX, SOURCE_LINES
from backtrail.record.capture.places import Place, is_app_file, place_of
from backtrail.record.capture.redact import MARKER

SECRET = "open" + "-Sesame" + "-17"


def placed(tmp_path: Path, source: str, *, call: str = "run") -> Place:
    """Run a program until its function fails, and return the place where it did."""
    path = tmp_path / "app.py"
    path.write_text(source, encoding="utf-8")
    names: dict[str, Any] = {}
    try:
        exec(compile(source, str(path), "exec"), names)
        names[call]()
    except Exception as error:  # noqa: BLE001 - whatever the program does
        at = error.__traceback__
        while at is not None and at.tb_next is not None:
            at = at.tb_next
        assert at is not None
        return place_of(at.tb_frame.f_code, at.tb_lasti, at.tb_lineno)
    pytest.fail("it did not fail")


def test_a_place_has_file_line_names_source_and_the_exact_expression(tmp_path: Path) -> None:
    source = (
        "class Shop:\n    def pay(self):\n        total = 1\n        return total + 2 / (total - 1)"
    )
    place = placed(tmp_path, source + "\n\ndef run():\n    Shop().pay()\n")
    assert (place.file, place.line) == (str(tmp_path / "app.py"), 4)
    assert (place.function, place.qualified) == ("pay", "Shop.pay")
    assert place.code == "return total + 2 / (total - 1)"
    assert place.expression == "2 / (total - 1)"
    assert [line.line for line in place.source] == [*range(1, 4 + SOURCE_LINES + 1)]
    assert place.source[2].text == "        total = 1"
    assert place.is_app
    assert place.taints == ()


def test_an_expression_of_many_lines_and_of_many_bytes_is_exact(tmp_path: Path) -> None:
    place = placed(
        tmp_path, "def run():\n    return 'zwölf', max(\n        'ä',\n        1,\n    ), 7\n"
    )
    assert place.expression == "max(\n'ä',\n1,\n)"
    place = placed(tmp_path, "def run():\n    return 'zwölf', 1 / 0, 'ö'\n")
    assert place.expression == "1 / 0"


def test_a_place_is_found_out_once(tmp_path: Path) -> None:
    place = placed(tmp_path, "def run():\n    raise ValueError\n")
    code = place.of
    (tmp_path / "app.py").unlink()
    assert place_of(code, 2, 2) is place_of(code, 2, 2)


def test_of_many_places_each_is_still_right() -> None:
    codes = [
        compile("x\n" * (number % 5 + 1), f"<made {number}>", "exec")
        for number in range(PLACES_MAX + 10)
    ]
    assert [place_of(code, 0, 1).file for code in codes] == [code.co_filename for code in codes]


def test_without_source_a_place_is_still_named() -> None:
    place = place_of(compile("1 / 0", "<string>", "exec"), 2, None)
    assert (place.file, place.line, place.code) == ("<string>", 1, None)
    assert place.source == []
    assert place.expression is None


def test_a_literal_under_a_secret_name_goes_from_the_source_and_is_told(tmp_path: Path) -> None:
    source = f'def run():\n    password = "{SECRET}"\n    return password[99]\n'
    place = placed(tmp_path, source)
    assert place.source[1].text == f'    password = "{MARKER}"'
    assert SECRET in place.taints
    assert place.code == "return password[99]"
    place = placed(tmp_path, f'def run():\n    return dict(token="{SECRET}")["x"]\n')
    assert place.expression == f'dict(token="{MARKER}")["x"]'


@pytest.mark.parametrize("between", [0, 5, 40])
def test_a_secret_that_begins_far_above_goes_too(tmp_path: Path, between: int) -> None:
    begin, end = "-----BEGIN RSA " + "PRIVATE KEY-----", "-----END RSA " + "PRIVATE KEY-----"
    rows = "\n".join([*["x"] * between, SECRET, end])
    place = placed(tmp_path, f'KEY = """\n{begin}\n{rows}\n"""\n\ndef run():\n    1 / 0\n')
    assert SECRET not in str([line.text for line in place.source])
    assert place.source[-2].text == "    1 / 0"
    assert place.line == place.source[-2].line
    fields = "\n".join([f'    "k{number}": 1,' for number in range(between)])
    source = f'credentials = {{\n{fields}\n    "ann": "{SECRET}",\n}}\n\ndef run():\n    1 / 0\n'
    place = placed(tmp_path, source)
    assert SECRET not in str([line.text for line in place.source])
    assert SECRET in place.taints


def test_a_secret_in_the_path_or_in_a_name_goes(tmp_path: Path) -> None:
    folder = tmp_path / f"token={SECRET}"
    folder.mkdir()
    place = placed(folder, "def run():\n    1 / 0\n")
    assert SECRET not in place.file
    assert place.file.startswith(str(tmp_path))
    code = compile("1 / 0", "x.py", "exec").replace(co_name=f"token={SECRET}")
    assert place_of(code, 0, 1).function == f"token={MARKER}"


def test_a_long_line_is_cut(tmp_path: Path) -> None:
    place = placed(tmp_path, f"def run():\n    x = '{'x' * 9_000}'; 1 / 0\n")
    assert max(len(line.text) for line in place.source) == SOURCE_LINE_CHARS_MAX


def test_the_users_own_files_are_told_from_those_of_others() -> None:
    assert is_app_file(__file__)
    assert is_app_file("<string>")
    assert not is_app_file(os.__file__)
    assert not is_app_file("<frozen importlib._bootstrap>")
    assert not is_app_file(f"{sys.prefix}/lib/python3/site-packages/pytest/x.py")
    assert not is_app_file(str(Path(backtrail.__file__).parent / "record" / "journal.py"))


def code_of(source: str) -> CodeType:
    return next(c for c in compile(source, "x.py", "exec").co_consts if isinstance(c, CodeType))


@pytest.mark.parametrize(
    ("source", "is_plain"),
    [
        ("def f(user, tokenizer):\n    total = 1\n", True),
        ("def f(password):\n    pass\n", False),
        ("def f():\n    api_key = 1\n    return lambda: api_key\n", False),
        ("class C:\n    x = 1\n", False),
        ("f = lambda user: user\n", True),
    ],
)
def test_a_function_without_secret_names_is_plain(source: str, *, is_plain: bool) -> None:
    assert place_of(code_of(source), 0, 1).is_plain is is_plain
