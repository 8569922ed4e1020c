from __future__ import annotations

import re
from importlib.metadata import version

import backtrail
from backtrail.model.version import __version__


def test_the_version_is_that_of_the_package_and_of_the_installed_distribution() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", __version__)
    assert backtrail.__version__ == __version__
    assert version("backtrail") == __version__
