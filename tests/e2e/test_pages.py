"""The pages in a real browser, on what was recorded of programs that really fail."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from running import BACKTRAIL, RUN, environment, project, run
from serving import serving

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
WEB = ROOT / "web"
CASES = ROOT / "tests" / "cases" / "failing"
INDEX = ROOT / "src" / "backtrail" / "serve" / "static" / "index.html"
FILE = INDEX.with_name("trace.html")
BROWSER = "chromium"
JOURNEYS = (
    "home", "traces", "error", "llm", "http", "locks", "state", "logs", "raw", "errors",
    "sessions", "compare", "keys", "live", "swallowed", "completion", "brush", "flame", "path",
)  # fmt: skip
JOURNEY_S_MAX = 90.0
BUILD_S_MAX = 110.0
FIRST_ROW_MS_MAX = 1_000.0
FIRST_LOOK_MS_MAX = 5_000.0
"""Of a long trace that nobody looked at before: the server puts its outline together."""
FRAME_MS_MAX = 17.5
"""Sixty frames a second: the median of a frame, and what the browser's clock rounds."""


class Recording(NamedTuple):
    """A program, and how it is recorded."""

    name: str
    program: Path
    options: tuple[str, ...] = ()
    variables: dict[str, str | None] = {}  # noqa: RUF012 - never changed
    key: str | None = None
    """What the journeys call its trace, where several have one name."""


RECORDINGS = (
    Recording("plan a trip", CASES / "01_travel_planner/program.py", ("--session", "lisbon")),
    Recording("move stock", CASES / "03_stock_transfer/program.py", ("--timeout", "4")),
    Recording("sync the crm", CASES / "12_crm_sync/program.py"),
    Recording("order report", CASES / "08_order_report/program.py", key="order report, good"),
    Recording(
        "order report",
        CASES / "08_order_report/program.py",
        variables={"REPORT_UTC_OFFSET": "-6"},
    ),
    Recording("markup", HERE / "programs/markup.py"),
    Recording("plan a day", HERE / "programs/plan_day.py"),
    Recording("import 100,000 rows", HERE / "programs/import_rows.py"),
)


class Site(NamedTuple):
    """A server with its pages, and what they show."""

    base: str
    folder: Path
    ids: dict[str, str]


@pytest.fixture(scope="session")
def pages() -> Path:
    """Build the pages where they are not built from what the sources say now; return the first."""
    npm = shutil.which("npm")
    assert npm, "npm is missing: apt-get install nodejs npm"
    if not (WEB / "node_modules").is_dir():
        subprocess.run([npm, "ci"], cwd=WEB, check=True, timeout=BUILD_S_MAX)
    sources = [*WEB.glob("*.html"), *WEB.glob("vite*.ts"), *(WEB / "src").rglob("*.*")]
    written = max(path.stat().st_mtime for path in sources)
    if any(not built.is_file() or built.stat().st_mtime < written for built in (INDEX, FILE)):
        subprocess.run([npm, "run", "build"], cwd=WEB, check=True, timeout=BUILD_S_MAX)
    return INDEX


@pytest.fixture(scope="session")
def site(pages: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Record the programs, and serve what was recorded."""
    assert pages.is_file()
    folder = project(tmp_path_factory.mktemp("site"))
    ids = {one.key or one.name: recorded(one, folder) for one in RECORDINGS}
    with serving(folder) as base:
        yield Site(f"{base}/", folder, ids)


@pytest.fixture
def guarded(pages: Path, tmp_path: Path) -> Iterator[Site]:
    """Serve one recording from a server of its own, which gets users and keys."""
    assert pages.is_file()
    folder = project(tmp_path)
    one = RECORDINGS[0]
    ids = {one.name: recorded(one, folder)}
    with serving(folder) as base:
        yield Site(f"{base}/", folder, ids)


def recorded(recording: Recording, folder: Path) -> str:
    """Record a program where it lies, into a folder elsewhere; return its trace's id."""
    variables = {"BACKTRAIL_DIR": str(folder / ".backtrail"), "PYTHONDONTWRITEBYTECODE": "1"}
    run(
        *RUN, "--name", recording.name, *recording.options, "--",
        sys.executable, recording.program,
        cwd=recording.program.parent,
        env=environment(**variables, NO_PROXY="127.0.0.1", **recording.variables),
    )  # fmt: skip
    listed = run(*BACKTRAIL, "ls", "--json", cwd=folder)
    return str(json.loads(listed.stdout)["traces"][0]["trace_id"])


def walked(journey: str, site: Site, artifacts: Path, **more: str) -> dict[str, Any]:
    """Walk one journey in the browser; return what it measured."""
    browser = shutil.which(BROWSER)
    assert browser, f"the browser is missing: apt-get install {BROWSER}"
    setting = {
        "base": site.base,
        "artifacts": str(artifacts),
        "chromium": browser,
        "ids": site.ids,
        "names": [one.name for one in RECORDINGS],
        **more,
        "recording": [
            *RUN, "--name", "boil water", "--", sys.executable, str(HERE / "programs/kettle.py")
        ],
    }  # fmt: skip
    done = subprocess.run(
        ["node", str(HERE / "journeys.mjs"), journey, json.dumps(setting)],
        cwd=site.folder,
        env=environment(NO_PROXY="127.0.0.1"),
        capture_output=True,
        text=True,
        timeout=JOURNEY_S_MAX,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    measured: dict[str, Any] = json.loads(done.stdout)
    return measured


@pytest.fixture(scope="session")
def artifacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the pictures: the one that is asked for, or one of this run."""
    wanted = os.environ.get("BACKTRAIL_ARTIFACTS")
    folder = Path(wanted) if wanted else tmp_path_factory.mktemp("artifacts")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.mark.promise("L8")
@pytest.mark.parametrize("journey", JOURNEYS)
def test_a_reader_walks_the_pages(journey: str, site: Site, artifacts: Path) -> None:
    assert walked(journey, site, artifacts) == {}


def test_a_user_signs_in_and_gives_others_what_they_need(guarded: Site, artifacts: Path) -> None:
    assert walked("users", guarded, artifacts) == {}


@pytest.mark.parametrize(
    ("journey", "name"),
    [("markup", "markup"), ("cut", "import 100,000 rows"), ("told", "plan a trip")],
)
def test_a_trace_is_a_file_that_opens_without_a_server_and_asks_for_nothing(
    journey: str, name: str, site: Site, artifacts: Path, tmp_path: Path
) -> None:
    file = tmp_path / "trace.html"
    said = run(*BACKTRAIL, "export", site.ids[name], "-o", file, "--json", cwd=site.folder)
    written = json.loads(said.stdout)
    assert (written["notes"] != []) == (journey == "cut"), written
    assert walked(journey, site, artifacts, file=file.as_uri()) == {}


def test_every_page_fits_a_wide_and_a_narrow_screen_light_and_dark(
    site: Site, artifacts: Path
) -> None:
    pages = walked("screens", site, artifacts)["pages"]
    looks = [f"{width}-{scheme}" for width in (1280, 390) for scheme in ("light", "dark")]
    missing = [
        name
        for name in (f"{page}-{look}.png" for page in pages for look in looks)
        if not (artifacts / name).is_file()
    ]
    assert pages
    assert missing == []


def test_a_trace_of_100_000_spans_is_there_at_once_and_scrolls_smoothly(
    site: Site, artifacts: Path
) -> None:
    measured = walked("big", site, artifacts)
    assert measured["firstLookMs"] <= FIRST_LOOK_MS_MAX, measured
    assert measured["firstRowMs"] <= FIRST_ROW_MS_MAX, measured
    assert measured["frameMs"] <= FRAME_MS_MAX, measured


def test_a_flame_graph_of_100_000_spans_is_zoomed_smoothly(site: Site, artifacts: Path) -> None:
    measured = walked("bigFlame", site, artifacts)
    assert measured["frameMs"] <= FRAME_MS_MAX, measured
