from __future__ import annotations

import msgspec
import pytest

from backtrail.model.effects import EnvironmentRead, FileOpened, HttpCalled, LlmCalled
from backtrail.model.event import Place


def test_what_is_not_known_of_a_call_is_null_and_not_written() -> None:
    assert msgspec.json.encode(HttpCalled(method="GET", url="/a", client="httpx")) == (
        b'{"method":"GET","url":"/a","client":"httpx"}'
    )
    answer = LlmCalled()
    assert (answer.cost_usd, answer.took_ms, answer.text) == (None, None, None)


def test_a_file_is_opened_in_one_of_four_ways() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"path": "a", "mode": "rb"}, FileOpened)


def test_a_variable_that_is_not_set_has_no_value() -> None:
    read = EnvironmentRead(name="HOME", caller=Place(file="a.py", line=1, function="run"))
    assert msgspec.json.decode(msgspec.json.encode(read), type=EnvironmentRead).value is None
