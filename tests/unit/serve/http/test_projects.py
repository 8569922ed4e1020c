from __future__ import annotations

from pathlib import Path

import pytest

from backtrail.model.clock import SYSTEM_CLOCK
from backtrail.model.errors import UsageError
from backtrail.serve.auth.refusals import TooOftenError
from backtrail.serve.http import projects as module
from backtrail.serve.http.projects import Projects
from backtrail.serve.journal.ingest import Ingest
from backtrail.serve.opening import Project


def started(home: Path) -> Projects:
    project = Project(home=home, clock=SYSTEM_CLOCK)
    ingest = Ingest(home, clock=SYSTEM_CLOCK)
    ingest.start()
    return Projects(project, ingest)


def test_each_project_has_a_store_of_its_own(tmp_path: Path) -> None:
    projects = Projects(Project(home=tmp_path, clock=SYSTEM_CLOCK), None)
    kiln = projects.store("kiln")
    assert kiln.project.home == tmp_path / "projects" / "kiln"
    assert kiln is projects.store("kiln")
    assert not kiln.project.has_sources
    assert projects.store("default").project.home == tmp_path
    assert not (tmp_path / "projects").exists()
    with pytest.raises(UsageError):
        projects.store("../kiln")


def test_a_project_takes_what_is_sent_once_it_is_asked_to(tmp_path: Path) -> None:
    projects = started(tmp_path)
    with projects.taking("default") as first, projects.taking("kiln") as second:
        assert first.home == tmp_path
        assert second.home == tmp_path / "projects" / "kiln"
    with projects.taking("kiln") as again:
        assert again is second
    projects.close()
    assert (tmp_path / "projects" / "kiln" / "journal").is_dir()
    # Another server may have them now.
    other = started(tmp_path)
    with other.taking("kiln"):
        pass
    other.close()


def test_so_many_take_at_once_and_the_idle_one_makes_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PROJECTS_TAKING_MAX", 2)
    projects = started(tmp_path)
    try:
        with projects.taking("a") as first, projects.taking("b"):
            with pytest.raises(TooOftenError) as caught, projects.taking("c"):
                pass
            assert caught.value.retry_after_s == 5
        with projects.taking("c"), projects.taking("a") as again:
            assert again is not first
    finally:
        projects.close()
