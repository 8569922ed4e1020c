from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from backtrail.model.errors import RefusedError, StoreError
from backtrail.model.limits.reading import INGEST_JOURNALS_MAX
from backtrail.serve.journal.home import FILE, Home, without_server
from builders import process_id
from running import environment


def test_a_store_has_one_server_at_a_time(tmp_path: Path) -> None:
    first = Home(tmp_path, process_id(1))
    with pytest.raises(RefusedError, match=f"process {os.getpid()}.* takes what is sent to"):
        Home(tmp_path, process_id(2))
    first.close()
    Home(tmp_path, process_id(2)).close()


def test_a_server_that_was_killed_holds_nothing(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path;"
        "from backtrail.serve.journal.home import Home;"
        f"home = Home(Path(sys.argv[1]), '{process_id(1)}'); os.kill(os.getpid(), signal.SIGKILL)"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    assert subprocess.run(command, env=environment(), check=False).returncode == -9
    home = Home(tmp_path, process_id(2))
    assert home.before == [process_id(1)]
    home.close()


def test_earlier_servers_are_known_the_last_ones_if_there_were_many(tmp_path: Path) -> None:
    for number in range(INGEST_JOURNALS_MAX + 5):
        home = Home(tmp_path, process_id(number))
        home.close()
    assert len(home.processes) == INGEST_JOURNALS_MAX
    assert home.before[-1] == process_id(INGEST_JOURNALS_MAX + 3)
    assert len((tmp_path / "journal" / FILE).read_text().split()) == INGEST_JOURNALS_MAX


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be written"):
        Home(tmp_path / "file" / "home", process_id(1))


def test_a_store_can_be_kept_from_servers_for_a_while(tmp_path: Path) -> None:
    home = Home(tmp_path, process_id(1))
    with pytest.raises(RefusedError, match="takes what is sent to"), without_server(tmp_path):
        pass
    home.close()
    with (
        without_server(tmp_path),
        pytest.raises(RefusedError, match="takes what is sent to"),
    ):
        Home(tmp_path, process_id(2))
    again = Home(tmp_path, process_id(2))
    assert again.before == [process_id(1)]
    again.close()
