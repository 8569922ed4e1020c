"""A model's answer that stopped at its limit, or was filtered, and was used as if it were whole."""

from __future__ import annotations

from collections.abc import Iterator

from backtrail.trail.cause.facts import Fact
from backtrail.trail.cause.finding import Case, Finding, tied_by

LIMITS = {"length", "max_tokens", "max_output_tokens", "incomplete", "model_length"}
FILTERS = {"content_filter", "safety", "refusal", "recitation", "blocklist"}
BASE, TIE, UNREADABLE = 0.42, 0.5, 0.1
PARSERS = {"JSONDecodeError", "DecodeError", "ValidationError", "ExpatError", "ParseError"}


def find(case: Case) -> Iterator[Finding]:
    """Yield each answer of a model that was not whole."""
    is_parsed = any(each.info.type in PARSERS for each in case.suspects.failing)
    for fact in case.facts.of("llm.called"):
        how = _how(fact)
        if how is None:
            continue
        tie = case.tie(fact)
        score = BASE + TIE * tie.strength + (UNREADABLE if is_parsed else 0.0)
        yield Finding(
            kind="llm_response",
            fact=fact,
            score=min(score, 0.97),
            evidence=[how, *tied_by(tie)],
            against=[] if tied_by(tie) else ["nothing of it appears in the failure"],
            suspect=tie.suspect,
        )


def _how(fact: Fact) -> str | None:
    attributes = fact.body.get("attributes") or {}
    reasons = {str(r).casefold() for r in attributes.get("gen_ai.response.finish_reasons") or ()}
    if reasons & LIMITS:
        return f"the answer was cut off at a limit (finish_reason={', '.join(sorted(reasons))})"
    if reasons & FILTERS:
        return f"the answer was held back (finish_reason={', '.join(sorted(reasons))})"
    if fact.body.get("is_complete") is False:
        return "the answer was not read to its end"
    return None
