"""Which paths are worth telling: those of the user's own files."""

from __future__ import annotations

import os
import sys
from types import FrameType
from typing import Any

from backtrail.record.capture.places import is_app_file

_CODE = (".py", ".pyc", ".pyi", ".so", ".pth", ".pyd")
_SYSTEM = ("/proc/", "/dev/", "/sys/", "/usr/lib/", "/usr/share/")
_PROBE = "_get_default_tempdir"
_OURS = f"{os.sep}.backtrail{os.sep}"


def path_of(given: object) -> str | None:
    """Return a path that was handed to Python as text; `None` for a descriptor."""
    if isinstance(given, str):
        return str.__str__(given)
    if isinstance(given, bytes):
        return os.fsdecode(bytes(given))
    pathlib: Any = sys.modules.get("pathlib")
    if pathlib is not None and type(given) in {pathlib.PosixPath, pathlib.PurePosixPath}:
        return str(given)
    return None


def is_users(path: str) -> bool:
    """Tell whether a file is neither the system's, nor of Python or a package, nor ours."""
    return not path.startswith(_SYSTEM) and _OURS not in path and is_app_file(path)


def is_code(path: str) -> bool:
    """Tell whether a file holds code of Python, or what it makes of it."""
    return path.endswith(_CODE)


def is_probe(frame: FrameType | None) -> bool:
    """Tell whether a frame is where `tempfile` tries out a folder, which nobody asked for."""
    return frame is not None and frame.f_code.co_name == _PROBE
