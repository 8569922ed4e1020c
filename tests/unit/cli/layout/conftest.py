"""A page to lay out, without its colours."""

from __future__ import annotations

from collections.abc import Iterable

import click
import pytest

from backtrail.cli.failure_text import Page


@pytest.fixture(params=[80, 120])
def page(request: pytest.FixtureRequest) -> Page:
    """A page of a narrow and of a wide terminal."""
    return Page(width=request.param, cwd="/app")


def plain(lines: Iterable[str]) -> list[str]:
    """Take the colours away."""
    return [click.unstyle(line) for line in lines]
