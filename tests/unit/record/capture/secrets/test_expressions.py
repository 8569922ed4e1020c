from __future__ import annotations

import re
import subprocess
import sys

import pytest

from backtrail.record.capture.secrets.expressions import byte_expression, expression


def test_an_expression_finds_what_the_compiled_one_finds() -> None:
    lazy, compiled = expression(r"(?P<word>[a-z]+)=(\d+)"), re.compile(r"(?P<word>[a-z]+)=(\d+)")
    for text in ("", "order=17", "no number=", "a=1 b=2"):
        assert lazy.sub("-", text) == compiled.sub("-", text)
        assert lazy.findall(text) == compiled.findall(text)
        found, expected = lazy.search(text), compiled.search(text)
        assert (found and found.groupdict()) == (expected and expected.groupdict())
    assert lazy.pattern == compiled.pattern


def test_bytes_are_searched_by_an_expression_of_bytes() -> None:
    assert byte_expression(rb"\d+").findall(b"17 and 4") == [b"17", b"4"]


def test_a_wrong_expression_says_so_when_it_is_used() -> None:
    wrong = expression("(")
    with pytest.raises(re.error):
        wrong.search("text")


def test_importing_compiles_none_of_them() -> None:
    program = (
        "import gc\n"
        "from backtrail.record.capture.redact import is_clean\n"
        "from backtrail.record.capture.secrets.patterns import PATTERNS\n"
        "kind = type(PATTERNS[0].find)\n"
        "def used():\n"
        "    return sum(type(o) is kind and len(vars(o)) > 1 for o in gc.get_objects())\n"
        "print(used(), is_clean('api_key: 1234abcd'), used() > 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["0", "False", "True"]
