from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from backtrail.model.errors import UsageError
from backtrail.store.catalog import catalog_format
from backtrail.store.engines.choosing import place_of
from backtrail.store.engines.schemas import PostgresPlace
from backtrail.store.engines.sqlite import SqlitePlace

WITHOUT = """
import sys
sys.modules["psycopg"] = None
from pathlib import Path
from backtrail.model.errors import MissingPartError
from backtrail.store.catalog import Catalog
try:
    Catalog.open(sys.argv[1], store="postgresql://me:secret@db/traces")
except MissingPartError as error:
    print(error.message, "|", error.hint)
"""


@pytest.mark.parametrize("store", [None, "", "sqlite"])
def test_a_file_in_the_directory_is_what_nothing_else_is_said(
    tmp_path: Path, store: str | None
) -> None:
    assert isinstance(place_of(tmp_path, store, catalog_format()), SqlitePlace)


def test_an_address_of_a_database_is_a_schema_of_it(tmp_path: Path) -> None:
    place = place_of(tmp_path, "postgresql://me@db/traces", catalog_format())
    assert isinstance(place, PostgresPlace)


@pytest.mark.parametrize("store", ["mysql://me:secret@db/traces", "postgresql:me", "secret"])
def test_another_engine_is_refused(tmp_path: Path, store: str) -> None:
    with pytest.raises(UsageError, match="no engine") as raised:
        place_of(tmp_path, store, catalog_format())
    assert "postgresql://user@host/database" in raised.value.hint
    assert ":secret" not in raised.value.message


def test_an_engine_that_is_not_installed_is_named_with_its_extra(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WITHOUT, str(tmp_path)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "needs psycopg, which is not installed" in told
    assert 'pip install "backtrail[postgres]"' in told


def test_nobody_loads_what_only_some_users_need() -> None:
    code = "import sys, backtrail.store.catalog; print('psycopg' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout == "False\n"
