"""What is known of the spans and attributes of a trace as a whole: one row for each trace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from backtrail.store.catalog import Catalog
from backtrail.store.spans.pairs import Held


def save(
    catalog: Catalog, durations: Mapping[int, Sequence[int]], held: Mapping[int, Held]
) -> None:
    """Write all attributes of traces, and what came anew of their longest and shortest spans."""
    rows = []
    for trace_no in held:
        known = catalog.row("trait", trace_no=trace_no)
        longest, shortest = (known["longest_ns"], known["shortest_ns"]) if known else (None, None)
        if trace_no in durations:
            most, least = durations[trace_no]
            longest = most if longest is None else max(most, longest)
            shortest = least if shortest is None else min(least, shortest)
        each = held[trace_no]
        rows.append(
            {
                "trace_no": trace_no,
                "longest_ns": longest,
                "shortest_ns": shortest,
                "pairs": b"".join(each.tokens),
                "is_cut": int(each.is_cut),
            }
        )
    catalog.run_many("save_trait", rows)
