from __future__ import annotations

import datetime as dt

import pytest

from backtrail.record.calls.llm.prices import PRICE_DATE, PRICES, cost_usd, price_of


@pytest.mark.parametrize(
    ("model", "usage", "cost"),
    [
        ("gpt-4o", {"input_tokens": 1_000_000, "output_tokens": 100_000}, 3.5),
        ("gpt-4o-2024-08-06", {"input_tokens": 1_000, "output_tokens": 0}, 0.0025),
        ("openai/gpt-4o-mini", {"input_tokens": 0, "output_tokens": 1_000}, 0.0006),
        (
            "gpt-4o",
            {"input_tokens": 1_000, "cache_read.input_tokens": 400, "output_tokens": 0},
            0.002,
        ),
        (
            "claude-sonnet-4-5-20250929",
            {"input_tokens": 1_000, "cache_creation.input_tokens": 1_000, "output_tokens": 0},
            0.00375,
        ),
        ("text-embedding-3-small", {"input_tokens": 1_000_000}, 0.02),
        (
            "gemini-2.5-flash",
            {"input_tokens": 0, "output_tokens": 500, "reasoning.output_tokens": 500},
            0.0025,
        ),
    ],
)
def test_a_call_costs_what_the_lists_say(model: str, usage: dict[str, int], cost: float) -> None:
    assert cost_usd(model, usage) == pytest.approx(cost)


@pytest.mark.parametrize(
    ("model", "usage"),
    [
        ("planner-small", {"input_tokens": 1, "output_tokens": 1}),
        ("gpt-4o-tuned", {"input_tokens": 1, "output_tokens": 1}),
        ("gpt-4o", {}),
        ("gpt-4o", {"input_tokens": 1}),
        ("gemini-2.5-pro", {"input_tokens": 300_000, "output_tokens": 1}),
        ("", {"input_tokens": 1, "output_tokens": 1}),
    ],
)
def test_what_is_not_known_has_no_cost(model: str, usage: dict[str, int]) -> None:
    assert cost_usd(model, usage) is None


def test_the_table_has_a_day_and_prices_that_can_be() -> None:
    assert dt.date.fromisoformat(PRICE_DATE) < dt.date(2030, 1, 1)
    for given, cached, made in PRICES.values():
        assert 0 < cached <= given <= 100
        assert made == 0 or given <= made <= 500
    assert price_of("gpt-4o-latest") == price_of("gpt-4o") is not None
