from __future__ import annotations

from pathlib import Path

import pytest

from backtrail.model.errors import StoreError
from backtrail.model.limits.reading import MOVE_BLOCKS
from backtrail.store.catalog import Catalog
from backtrail.store.engines.moving import move
from backtrail.store.indexer import refresh
from builders import debugs, process_id, trace_id, write_segment
from postgres_server import PostgresServer


def test_blocks_are_moved_page_by_page(tmp_path: Path, postgres: PostgresServer) -> None:
    home = tmp_path / ".backtrail"
    home.mkdir()
    lines = [line for n in range(MOVE_BLOCKS + 10) for line in debugs(trace_id(n), 1, t=n)]
    write_segment(home, process_id(1), lines)
    with Catalog.open(home) as catalog:
        refresh(catalog)
    seen: list[tuple[int, int]] = []
    told = lambda done, total: seen.append((done, total))  # noqa: E731 - one line says it
    done = move(home, source=None, target=postgres.url(), progress=told)
    assert seen == [(MOVE_BLOCKS, MOVE_BLOCKS + 10), (MOVE_BLOCKS + 10, MOVE_BLOCKS + 10)]
    assert (done.blocks, done.traces) == (MOVE_BLOCKS + 10, MOVE_BLOCKS + 10)
    assert len(done.checksum) == 64
    assert done.place.startswith("postgresql://tester@")


def test_a_catalogue_is_not_moved_to_where_it_is(tmp_path: Path, postgres: PostgresServer) -> None:
    home = tmp_path / ".backtrail"
    home.mkdir()
    for store in (None, postgres.url()):
        with pytest.raises(StoreError, match="the catalogue is in"):
            move(home, source=store, target=store)
