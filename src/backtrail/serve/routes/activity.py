"""How much ran, how much of it failed, and how long it took."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from backtrail.model.limits.reading import STATS_BUCKETS_MAX
from backtrail.serve.auth.scopes import Need
from backtrail.serve.http.routing import Routes
from backtrail.serve.http.store import Reads
from backtrail.serve.routes.periods import Since, begun_unix_ns
from backtrail.store.overview.stats import Stats, stats

DAY = "24h"
BUCKETS = 60
routes = Routes("activity", need=Need.READ)


@routes.get("/stats", Stats)
def read_stats(
    store: Reads,
    *,
    since: Since = DAY,
    buckets: Annotated[
        int, Query(ge=1, le=STATS_BUCKETS_MAX, description="Parts that the time is cut into.")
    ] = BUCKETS,
) -> Stats:
    """Return traces and failures over time, and how long traces of each name took."""
    now_unix_ns = store.project.clock.time_unix_ns()
    with store.opened() as catalog:
        return stats(
            catalog,
            since_unix_ns=begun_unix_ns(since or DAY, now_unix_ns),
            until_unix_ns=now_unix_ns,
            buckets=buckets,
        )
