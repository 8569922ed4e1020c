"""What models cost, as their makers' public price lists said on one day.

Only models of these names are priced, with or without the date of a release; of any other the
cost is unknown. What a provider gives off for batches, or takes for very long prompts, is not
in it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

PRICE_DATE = "2025-11-30"
"""The day of the lists."""
_LONG_PROMPT_TOKENS = 200_000
"""From here on some models cost more; these are then not priced."""

_RELEASE = re.compile(r"-(?:\d{8}|\d{4}-\d\d-\d\d|latest|\d{3})$")
_TABLE = """
gpt-5            1.25  0.125  10
gpt-5-mini       0.25  0.025  2
gpt-5-nano       0.05  0.005  0.4
gpt-5.1          1.25  0.125  10
gpt-4.1          2     0.5    8
gpt-4.1-mini     0.4   0.1    1.6
gpt-4.1-nano     0.1   0.025  0.4
gpt-4o           2.5   1.25   10
gpt-4o-mini      0.15  0.075  0.6
gpt-4-turbo      10    10     30
gpt-3.5-turbo    0.5   0.5    1.5
o1               15    7.5    60
o3               2     0.5    8
o3-mini          1.1   0.55   4.4
o4-mini          1.1   0.275  4.4
text-embedding-3-small  0.02  0.02  0
text-embedding-3-large  0.13  0.13  0
text-embedding-ada-002  0.1   0.1   0
claude-opus-4-5    5     0.5   25
claude-opus-4-1    15    1.5   75
claude-opus-4      15    1.5   75
claude-sonnet-4-5  3     0.3   15
claude-sonnet-4    3     0.3   15
claude-3-7-sonnet  3     0.3   15
claude-3-5-sonnet  3     0.3   15
claude-haiku-4-5   1     0.1   5
claude-3-5-haiku   0.8   0.08  4
claude-3-opus      15    1.5   75
claude-3-haiku     0.25  0.03  1.25
gemini-2.5-pro         1.25   0.125   10
gemini-2.5-flash       0.3    0.03    2.5
gemini-2.5-flash-lite  0.1    0.01    0.4
gemini-2.0-flash       0.1    0.025   0.4
gemini-2.0-flash-lite  0.075  0.075   0.3
"""
"""US dollars for a million tokens: of input, of input read from a cache, of output."""
_WRITTEN = 1.25
"""What Anthropic takes for input that it writes to its cache, in prices of input."""
_MILLION = 1_000_000

PRICES: dict[str, tuple[float, float, float]] = {
    name: (float(given), float(cached), float(made))
    for name, given, cached, made in (line.split() for line in _TABLE.split("\n") if line)
}


def price_of(model: str) -> tuple[float, float, float] | None:
    """Return the prices of a model, by its name or that of one of its releases."""
    name = model.rpartition("/")[2]
    return PRICES.get(name) or PRICES.get(_RELEASE.sub("", name))


def cost_usd(model: str, usage: Mapping[str, int]) -> float | None:
    """Return what a call cost; `None` when the price or the usage is not known."""
    price = price_of(model)
    given = usage.get("input_tokens")
    if price is None or given is None:
        return None
    made = usage.get("output_tokens")
    if made is None:
        if price[2]:
            return None
        made = 0
    if given > _LONG_PROMPT_TOKENS and not model.rpartition("/")[2].startswith(("gpt", "o", "te")):
        return None
    if "gemini" in model:
        # Thoughts are counted beside the output, and cost the same.
        made += usage.get("reasoning.output_tokens", 0)
    read = min(usage.get("cache_read.input_tokens", 0), given)
    written = min(usage.get("cache_creation.input_tokens", 0), given - read)
    plain = given - read - written
    total = plain * price[0] + read * price[1] + written * price[0] * _WRITTEN + made * price[2]
    return round(total / _MILLION, 9)
