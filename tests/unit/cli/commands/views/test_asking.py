from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from backtrail.cli.commands.views.asking import TraceGroup, event_of_kind
from backtrail.model.errors import NotFoundError
from backtrail.store.catalog import Catalog
from backtrail.store.indexer import refresh
from sample_views import PROCESS, SHOP


@click.group(cls=TraceGroup, invoke_without_command=True)
@click.argument("trace", required=False)
@click.option("--limit", type=int, default=5)
@click.pass_context
def thing(context: click.Context, trace: str | None, limit: int) -> None:
    if context.invoked_subcommand is None:
        click.echo(f"list {trace} {limit}")


@thing.command()
@click.argument("name")
@click.option("--whole", is_flag=True)
def show(name: str, *, whole: bool) -> None:
    click.echo(f"show {name} {whole}")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "list None 5"),
        (["abc"], "list abc 5"),
        (["abc", "--limit", "2"], "list abc 2"),
        (["--limit", "2", "abc"], "list abc 2"),
        (["show", "x"], "show x False"),
        (["show", "x", "--whole"], "show x True"),
        (["--", "show"], "list show 5"),
    ],
)
def test_an_id_is_told_from_a_command(arguments: list[str], said: str) -> None:
    done = CliRunner().invoke(thing, arguments)
    assert (done.exit_code, done.output) == (0, f"{said}\n")


def test_a_command_of_its_own_takes_no_id_before_its_name() -> None:
    done = CliRunner().invoke(thing, ["show", "--help"])
    assert "Usage: thing show [OPTIONS] NAME" in done.output


def test_an_event_is_found_by_its_id_and_by_its_trace(shop: Path) -> None:
    with Catalog.open(shop / ".backtrail") as catalog:
        refresh(catalog)
        for text in (f"{PROCESS}:9", SHOP, f"{PROCESS[:20]}:9"):
            event = event_of_kind(catalog, text, "llm.called", noun="a call")
            assert event.event_id == f"{PROCESS}:9"
        with pytest.raises(NotFoundError, match=r"is llm\.called, not a lock"):
            event_of_kind(catalog, f"{PROCESS}:9", "lock.used", noun="a lock")
        with pytest.raises(NotFoundError, match=r"holds not one file\.opened"):
            event_of_kind(catalog, SHOP, "file.opened", noun="a file")
