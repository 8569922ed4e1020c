from __future__ import annotations

import pytest

from backtrail.serve.otlp.request.received import SPAN_DIGITS, TRACE_DIGITS, id_of


@pytest.mark.parametrize(
    ("digits", "size", "found"),
    [
        ("A1" * 8, SPAN_DIGITS, "a1" * 8),
        ("0f" * 16, TRACE_DIGITS, "0f" * 16),
        ("00" * 8, SPAN_DIGITS, None),
        ("a1" * 7, SPAN_DIGITS, None),
        ("g1" * 8, SPAN_DIGITS, None),
        ("\u0661" * 16, SPAN_DIGITS, None),
        ("", TRACE_DIGITS, None),
    ],
)
def test_an_id_is_hex_digits_of_its_length_and_not_zero(
    digits: str, size: int, found: str | None
) -> None:
    assert id_of(digits, size) == found
