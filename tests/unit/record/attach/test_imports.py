from __future__ import annotations

import importlib
import importlib.util
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from backtrail.record import guard
from backtrail.record.attach.imports import forget_imports, when_imported


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give a folder to import from; forget what was imported and awaited afterwards."""
    monkeypatch.syspath_prepend(str(tmp_path))
    before = set(sys.modules)
    yield tmp_path
    forget_imports()
    for name in set(sys.modules) - before:
        del sys.modules[name]


def module(folder: Path, name: str, text: str = "is_done = True\n") -> str:
    (folder / f"{name}.py").write_text(text)
    importlib.invalidate_caches()
    return name


def test_a_module_that_is_imported_calls_back_at_once() -> None:
    seen: list[ModuleType] = []
    when_imported("sys", seen.append)
    assert seen == [sys]


def test_a_module_calls_back_once_its_code_has_run(folder: Path) -> None:
    seen: list[bool] = []
    when_imported(module(folder, "late_arrival"), lambda made: seen.append(made.is_done))
    assert seen == []
    importlib.import_module("late_arrival")
    importlib.import_module("late_arrival")
    assert seen == [True]


def test_every_callback_of_a_module_runs_in_order(folder: Path) -> None:
    seen: list[int] = []
    module(folder, "twice_awaited")
    when_imported("twice_awaited", lambda _: seen.append(1))
    when_imported("twice_awaited", lambda _: seen.append(2))
    importlib.import_module("twice_awaited")
    assert seen == [1, 2]


def test_a_module_of_a_package_calls_back(folder: Path) -> None:
    (folder / "some_package").mkdir()
    (folder / "some_package" / "__init__.py").write_text("")
    (folder / "some_package" / "inner.py").write_text("value = 7\n")
    seen: list[int] = []
    when_imported("some_package.inner", lambda made: seen.append(made.value))
    importlib.import_module("some_package.inner")
    assert seen == [7]


def test_a_reloaded_module_calls_back_again(folder: Path) -> None:
    seen: list[ModuleType] = []
    when_imported(module(folder, "reloaded_one"), seen.append)
    made = importlib.import_module("reloaded_one")
    importlib.reload(made)
    assert seen == [made, made]


def test_a_module_looks_as_if_nobody_had_waited_for_it(folder: Path) -> None:
    module(folder, "plain_one")
    module(folder, "awaited_one")
    when_imported("awaited_one", lambda _: None)
    plain = importlib.import_module("plain_one")
    awaited = importlib.import_module("awaited_one")
    assert type(awaited.__loader__) is type(plain.__loader__)
    assert awaited.__loader__ is awaited.__spec__.loader if awaited.__spec__ else False
    assert vars(awaited.__loader__).keys() == vars(plain.__loader__).keys()
    assert vars(awaited).keys() == vars(plain).keys()


def test_modules_that_share_a_loader_call_back_each_by_itself(folder: Path) -> None:
    archive = folder / "modules.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("zipped_one.py", "import zipped_two\n")
        packed.writestr("zipped_two.py", "")
    sys.path.insert(0, str(archive))
    try:
        seen: list[str] = []
        when_imported("zipped_one", lambda made: seen.append(made.__name__))
        when_imported("zipped_two", lambda made: seen.append(made.__name__))
        importlib.import_module("zipped_one")
        assert seen == ["zipped_two", "zipped_one"]
    finally:
        sys.path.remove(str(archive))


def test_a_spec_that_is_only_looked_up_disturbs_no_other_module(folder: Path) -> None:
    archive = folder / "looked_up.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("looked_up_one.py", "")
        packed.writestr("beside_it.py", "")
    sys.path.insert(0, str(archive))
    try:
        seen: list[str] = []
        when_imported("looked_up_one", lambda made: seen.append(made.__name__))
        assert importlib.util.find_spec("looked_up_one")
        importlib.import_module("beside_it")
        assert seen == []
        importlib.import_module("looked_up_one")
        assert seen == ["looked_up_one"]
    finally:
        sys.path.remove(str(archive))


def test_a_callback_that_fails_is_counted_and_the_import_goes_on(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "is_strict", False)
    monkeypatch.setattr(guard, "lost", {})
    when_imported(module(folder, "unlucky_one"), lambda made: made.absent)
    assert importlib.import_module("unlucky_one").is_done
    assert guard.lost == {"broke: import of unlucky_one: AttributeError": 1}


FAILING = """
import sys
sys.path.insert(0, {folder!r})
{awaiting}
import broken_one
"""


def test_an_import_that_fails_shows_the_same_traceback_and_calls_nobody(folder: Path) -> None:
    module(folder, "broken_one", "def fail():\n    raise OSError('no luck')\n\nfail()\n")
    awaiting = (
        "from backtrail.record.attach.imports import when_imported\n"
        "when_imported('broken_one', lambda made: print('called'))"
    )
    ends = []
    for extra in ("\n", awaiting):
        code = FAILING.format(folder=str(folder), awaiting=extra)
        command = [sys.executable, "-c", code]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        ends.append((done.returncode, done.stdout, done.stderr))
    assert ends[0] == ends[1]
    assert "no luck" in ends[0][2]


def test_an_absent_module_is_still_not_found(folder: Path) -> None:
    assert folder.exists()
    seen: list[ModuleType] = []
    when_imported("nowhere_to_be_found", seen.append)
    with pytest.raises(ModuleNotFoundError, match="nowhere_to_be_found"):
        importlib.import_module("nowhere_to_be_found")
    assert seen == []


def test_a_module_that_awaits_itself_calls_back_when_it_is_complete(folder: Path) -> None:
    text = (
        "from backtrail.record.attach.imports import when_imported\n"
        "seen = []\n"
        "when_imported(__name__, lambda made: seen.append(hasattr(made, 'last')))\n"
        "last = True\n"
    )
    module(folder, "awaits_itself", text)
    module(folder, "another_one")
    made = importlib.import_module("awaits_itself")
    importlib.import_module("another_one")
    assert made.seen == [True]


def test_threads_that_import_at_once_call_back_once(folder: Path) -> None:
    module(folder, "contended_one", "import time\ntime.sleep(0.05)\nis_done = True\n")
    seen: list[bool] = []
    when_imported("contended_one", lambda made: seen.append(made.is_done))
    threads = [
        threading.Thread(target=importlib.import_module, args=("contended_one",)) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert seen == [True]


def test_a_module_that_another_thread_is_importing_calls_back_when_it_is_complete(
    folder: Path,
) -> None:
    text = (
        "import threading\nbegun = threading.Event()\ngo_on = threading.Event()\n"
        "import sys\nsys.pacer.set()\nsys.brake.wait(30)\nis_done = True\n"
    )
    module(folder, "slow_one", text)
    pacer, brake = threading.Event(), threading.Event()
    sys.pacer, sys.brake = pacer, brake  # type: ignore[attr-defined]
    seen: list[bool] = []
    importer = threading.Thread(target=importlib.import_module, args=("slow_one",))
    waiter = threading.Thread(
        target=when_imported, args=("slow_one", lambda made: seen.append(made.is_done))
    )
    importer.start()
    assert pacer.wait(30)
    waiter.start()
    brake.set()
    importer.join(30)
    waiter.join(30)
    assert seen == [True]


def test_no_callback_is_left_once_all_are_forgotten(folder: Path) -> None:
    seen: list[ModuleType] = []
    forget_imports()
    before = len(sys.meta_path)
    when_imported(module(folder, "forgotten_one"), seen.append)
    assert len(sys.meta_path) == before + 1
    forget_imports()
    assert len(sys.meta_path) == before
    importlib.import_module("forgotten_one")
    assert seen == []
