"""Starts the recorder in a Python that `backtrail run` started, then makes way.

`site` imports this module because its folder comes first on `PYTHONPATH`. When it is through, the
folder is off the path, the variables that led here are hidden from the program, and the user's own
`sitecustomize` has been imported in its place; where there is none, its absence is reported just as
it would have been. Any Python may come to read this file, so it holds nothing that an old one would
not understand.
"""

import importlib
import os
import sys

SITE = os.path.dirname(os.path.abspath(__file__))
OLDEST = (3, 11)
BOOTSTRAP = "backtrail.record.attach.bootstrap"
ADDED = "BACKTRAIL_ADDED"
BEFORE = "BACKTRAIL_BEFORE_"


class Lender:
    """Finds Backtrail, and what it needs, where `backtrail run` has them: nothing else."""

    names = ("backtrail", "msgspec")

    def __init__(self, libraries):
        # type: (list[str]) -> None
        self.libraries = libraries
        self.find = importlib.import_module("importlib.machinery").PathFinder.find_spec

    def find_spec(self, name, path=None, target=None):  # noqa: ARG002 - the protocol's signature
        # type: (str, object, object) -> object
        """Find one of the lent packages."""
        return self.find(name, self.libraries) if name in self.names else None


def step_aside():
    # type: () -> object
    """Take this folder and this module away, as if they had never been found."""
    sys.path[:] = [entry for entry in sys.path if entry != SITE]
    sys.path_importer_cache.pop(SITE, None)
    return sys.modules.pop(__name__, None)


def hide():
    # type: () -> dict[str, str]
    """Hide from the program the variables that are ours; return them.

    Only Python's own view is changed. The environment of the process keeps them, so that what the
    program starts finds them.
    """
    names = os.environ.get(ADDED, "").split()
    given = {name: os.environ[name] for name in names if name in os.environ}
    seen = getattr(os.environ, "_data", None)
    if not isinstance(seen, dict):
        return given
    key, value = os.environ.encodekey, os.environ.encodevalue
    seen.pop(key(ADDED), None)
    for name in names:
        before = seen.pop(key(BEFORE + name), None)
        ours = seen.pop(key(name), None)
        if name == "PYTHONPATH" and ours is not None:
            # A script on the way may have put folders before or behind ours.
            rest = [entry for entry in given[name].split(os.pathsep) if entry != SITE]
            before = value(os.pathsep.join(rest)) if rest else before
        if before is not None:
            seen[key(name)] = before
    return given


def record(given):
    # type: (dict[str, str]) -> None
    """Start the recorder; where that cannot be, the program runs without."""
    loaded = frozenset(sys.modules)
    lender = Lender(given.get("BACKTRAIL_PATH", "").split(os.pathsep))
    sys.meta_path.append(lender)  # type: ignore[arg-type]
    try:
        importlib.import_module(BOOTSTRAP).begin(given, loaded=loaded)
    finally:
        sys.meta_path.remove(lender)  # type: ignore[arg-type]


def note(given, reason):
    # type: (dict[str, str], str) -> None
    """Tell `backtrail run` that this process is not recorded, and why."""
    path = os.path.join(given["BACKTRAIL_DIR"], "journal", given["BACKTRAIL_RUN"] + ".unrecorded")
    line = "Python " + sys.version.split()[0] + ": " + reason.replace("\n", " ") + "\n"
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, line.encode("utf-8", "replace"))
    finally:
        os.close(descriptor)


def begin(given):
    # type: (dict[str, str]) -> None
    """Record this process, or note that it cannot be recorded; nothing is raised."""
    try:
        if sys.version_info >= OLDEST:
            record(given)
        else:
            note(given, "recording needs 3.11")
    except Exception as error:  # noqa: BLE001 - the edge between the program and the recorder
        if os.environ.get("BACKTRAIL_STRICT"):
            sys.excepthook(*sys.exc_info())
        try:
            note(given, type(error).__name__ + ": " + str(error))
        except (OSError, KeyError):
            return


itself = step_aside()
added = hide()
if added:
    begin(added)
importlib.import_module("sitecustomize")
