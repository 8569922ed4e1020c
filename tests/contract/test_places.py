"""Nothing in the tree names a machine, a registry or something that looks like a secret."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FORBIDDEN = {
    "a folder of somebody's machine": r"(?<![\w.])/(?:home(?!/me\b)|Users|root|work|mnt)/\w+",
    "a package registry": r"py" + r"pi\.(?:org|python)|files\.python" + r"hosted|registry\.npm",
    "a private address": r"\b(?:10\.\d+|192\.168|172\.(?:1[6-9]|2\d|3[01]))(?:\.\d{1,3}){2}\b",
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE " + r"KEY-----",
    "a vendor's key": r"\b(?:sk-[A-Za-z0-9]{20}|gh[pousr]_[A-Za-z0-9]{30}|AKIA[A-Z0-9]{16})",
}


def tracked() -> list[Path]:
    done = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = (ROOT / name for name in done.stdout.split("\0") if name)
    return [path for path in paths if path.is_file() and path != Path(__file__)]


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_names(what: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in tracked()
        if (match := re.search(FORBIDDEN[what], path.read_text(errors="replace")))
    ]
    assert found == []


def test_there_are_files_to_look_into() -> None:
    assert ROOT / "README.md" in tracked()
