from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from backtrail.model.errors import DamagedCatalogError, StoreError
from backtrail.store.catalog import Catalog, catalog_format
from backtrail.store.engines.schemas import ID_FILE, PostgresPlace, schema_name
from postgres_server import PostgresServer


def home_of(tmp_path: Path, name: str) -> Path:
    home = tmp_path / name / ".backtrail"
    home.mkdir(parents=True)
    return home


@pytest.mark.parametrize(
    ("project", "begins"),
    [
        ("shop", "backtrail_shop_"),
        ('a"; DROP SCHEMA public; --', "backtrail_a_drop_schema_public_"),
        ("漢字", "backtrail_project_"),
        ("x" * 200, "backtrail_" + "x" * 24 + "_"),
    ],
)
def test_a_schema_is_named_after_the_project(tmp_path: Path, project: str, begins: str) -> None:
    home = home_of(tmp_path, project)
    name = schema_name(home)
    assert re.fullmatch(re.escape(begins) + "[0-9a-f]{16}", name)
    assert len(f"{name}_damaged_10") <= 63
    assert schema_name(home) == name
    home.parent.rename(tmp_path / "elsewhere")
    assert schema_name(tmp_path / "elsewhere" / ".backtrail")[-16:] == name[-16:]


def test_many_programs_give_a_directory_one_number(tmp_path: Path) -> None:
    home = home_of(tmp_path, "shop")
    code = (
        "import sys; from pathlib import Path;"
        "from backtrail.store.engines.schemas import schema_name;"
        "print(schema_name(Path(sys.argv[1])))"
    )
    command = [sys.executable, "-c", code, str(home)]
    several = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    told = {each.communicate()[0] for each in several}
    assert told == {f"{schema_name(home)}\n"}
    assert [path.name for path in home.iterdir()] == [ID_FILE]


def test_a_number_that_is_none_says_what_to_do(tmp_path: Path) -> None:
    home = home_of(tmp_path, "shop")
    (home / ID_FILE).write_text('x"; DROP\n')
    with pytest.raises(StoreError, match="does not name a schema") as raised:
        schema_name(home)
    assert "16 hexadecimal digits" in raised.value.hint
    with pytest.raises(StoreError, match="cannot be read or written"):
        schema_name(tmp_path / "absent" / ".backtrail")


def test_a_draft_takes_the_place_of_a_damaged_schema(
    place: PostgresPlace, postgres: PostgresServer
) -> None:
    for number in (1, 2):
        place.open().close()
        draft = place.draft()
        draft.run("set_meta", {"name": "a", "value": f"b{number}"})
        draft.close()
        assert place.replace_damaged().startswith(f"schema {place.schema}_damaged_{number} of ")
    engine = place.open()
    assert [row[0] for row in engine.rows("meta", {"name": "a"})] == ["b2"]
    engine.close()
    place.drop_draft()
    schemas = postgres.run("SELECT nspname FROM pg_namespace")
    assert (f"{place.schema}_building",) not in schemas


def test_a_database_of_another_encoding_is_refused(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    postgres.run(
        "CREATE DATABASE narrow ENCODING 'LATIN1'"
        " LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0"
    )
    home = home_of(tmp_path, "shop")
    with pytest.raises(StoreError, match="holds texts as LATIN1"):
        PostgresPlace.of(postgres.url("narrow"), home=home, wanted=catalog_format()).open()


def test_damage_is_told_as_such(place: PostgresPlace, postgres: PostgresServer) -> None:
    place.open().close()
    function = f'"{place.schema}".casefold(TEXT)'
    postgres.run(
        f"CREATE OR REPLACE FUNCTION {function.replace('(TEXT)', '(told TEXT)')} RETURNS TEXT"
        " LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'gone' USING ERRCODE = 'XX001'; END $$"
    )
    with Catalog(Path("/nowhere"), place.open()) as catalog:
        catalog.run("set_meta", name="a", value="b")
        with pytest.raises(DamagedCatalogError) as raised:
            catalog.engine.run_script("SELECT casefold(value) FROM meta")
        assert raised.value.hint == "backtrail index --rebuild"
