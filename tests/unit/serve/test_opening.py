from __future__ import annotations

from pathlib import Path

import pytest

from backtrail.model.clock import SYSTEM_CLOCK
from backtrail.model.errors import NotFoundError
from backtrail.serve.opening import Project, opened
from backtrail.store import reading
from builders import process_id, trace_id, write_segment
from sample_store import FAILED, failed_lines


def test_each_opening_sees_what_was_recorded_up_to_then(project: Project) -> None:
    with opened(project) as catalog:
        assert reading.trace_summary(catalog, FAILED).events == 9
    later = [line.replace(FAILED.encode(), trace_id(7).encode()) for line in failed_lines()]
    write_segment(project.home, process_id(7), later)
    with opened(project) as catalog:
        assert reading.trace_summary(catalog, trace_id(7)).events == 9


def test_without_a_store_it_says_how_to_record(tmp_path: Path) -> None:
    nowhere = Project(home=tmp_path / ".backtrail", clock=SYSTEM_CLOCK)
    with pytest.raises(NotFoundError, match="nothing is recorded here") as caught, opened(nowhere):
        pass
    assert "backtrail run" in caught.value.hint
    assert not nowhere.home.exists()


def test_a_project_is_the_folder_around_its_store(project: Project, tmp_path: Path) -> None:
    assert project.folder == tmp_path
