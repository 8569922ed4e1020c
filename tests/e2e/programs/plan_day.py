"""Asks partners for offers at once, waits for the slowest, and fails on what that one said."""

from __future__ import annotations

import asyncio

from backtrail import trace_span


async def ask(partner: str, seconds: float) -> dict[str, int]:
    """Return what a partner offers, after as long as it takes."""
    with trace_span(f"ask {partner} partner", partner=partner):
        await asyncio.sleep(seconds)
        return {} if partner == "slow" else {"price": 20}


async def gather_offers() -> list[dict[str, int]]:
    """Ask every partner at once."""
    with trace_span("gather offers"):
        return await asyncio.gather(ask("quick", 0.05), ask("slow", 1.2), ask("steady", 0.15))


async def plan() -> int:
    """Return what the day costs."""
    with trace_span("plan the day"):
        with trace_span("read wishes"):
            await asyncio.sleep(0.05)
        offers = await gather_offers()
        with trace_span("add up"):
            return sum(offer["price"] for offer in offers)


asyncio.run(plan())
