"""What went on inside a program: errors that were swallowed, state, locks, checks, measures."""

from __future__ import annotations

from typing import Literal

from backtrail.model.event import Body, Json, Place


class ExceptionHandled(Body, frozen=True, kw_only=True):
    """An exception was raised, and the program went on."""

    type: str
    """Bare class name: `KeyError`."""
    qualified_type: str
    message: str
    how: Literal["except", "suppress", "log", "future", "protocol"]
    """What took it: an `except`, `contextlib.suppress`, a log call, a future that holds it, or the
    language itself, as `hasattr` does."""
    raised: Place | None = None
    """Where it was raised, in the user's own code."""
    handler: Place | None = None
    """Where it was taken."""
    calls: list[Place] = []
    """The way from one to the other in the user's own code, from where it was raised outwards."""
    locals: dict[str, Json] = {}
    """Variables at the place where it was raised."""
    chain: list[str] = []
    """`Type: message` of the exceptions tied to it."""
    count: int = 1
    """How often this type was taken at this place, this time included."""


class StateChanged(Body, frozen=True, kw_only=True):
    """Something that the program holds became another."""

    name: str
    """The name given to `track_state`, or `collect.picked`, `Cart.items`, `settings.LIMIT`."""
    how: Literal["tracked", "assigned", "declared"]
    """Seen around a block of `track_state`; when it was assigned; or found to differ from what the
    source declares it to be."""
    before: Json = None
    after: Json = None
    patch: list[Json] = []
    """What changed, as RFC 6902 JSON Patch; in `was` each operation has what it took away."""
    before_blob: str | None = None
    after_blob: str | None = None
    """Whole values that are too long for an event, by the names of their blobs."""
    is_cut: bool = False
    count: int = 1
    """How often this place has changed it, this time included."""
    caller: Place | None = None


BLOBS = "blobs"
"""Where payloads lie in `.backtrail` that are too long for an event, each named by its digest."""
BLOB_SUFFIX = ".json"


def blob_place(name: str) -> tuple[str, str]:
    """Return the folder of a blob, within that of all blobs, and the name of its file.

    A blob is touched whenever an event names it, so that how old it looks is how long ago it was
    last needed: it may go once no trace that is kept began before that.
    """
    return name[:2], f"{name}{BLOB_SUFFIX}"


class LockBody(Body, frozen=True, kw_only=True):
    """What all events of a lock have in common."""

    lock: str
    """Its name: as given, or where it was made."""
    lock_id: str
    """Tells locks of one name apart."""
    lock_type: str
    """`Lock`, `RLock`, `Condition`, `Semaphore`, `asyncio.Lock`, `FileLock`."""
    owner: str | None = None
    """Who did it: `thread name`, `task name` or `process id`, as its timeline names it."""
    caller: Place | None = None


class LockRequested(LockBody, frozen=True, kw_only=True):
    """Someone has to wait for a lock."""

    holder: str | None = None
    """Who has it at this moment, where that is known."""
    held: list[str] = []
    """Names of the locks that the one who waits holds."""
    timeout_s: float | None = None


class LockAcquired(LockBody, frozen=True, kw_only=True):
    """Someone got a lock."""

    wait_ms: float = 0.0
    held: list[str] = []
    """Names of the locks that it held already, the first one first."""


class LockReleased(LockBody, frozen=True, kw_only=True):
    """Someone let go of a lock."""

    hold_ms: float | None = None


class LockTimedOut(LockBody, frozen=True, kw_only=True):
    """Someone gave up waiting for a lock, or was cancelled."""

    wait_ms: float
    holder: str | None = None
    is_cancelled: bool = False


class LockUsed(LockBody, frozen=True, kw_only=True):
    """How often a lock was used beyond what is recorded one by one."""

    count: int
    contended: int = 0
    wait_ms_total: float = 0.0
    hold_ms_total: float = 0.0
    hold_ms_max: float = 0.0


class ValidationFailed(Body, frozen=True, kw_only=True):
    """A value did not have the shape that the program asks for."""

    library: str
    """`pydantic`, `jsonschema`, `msgspec`, `json`."""
    model: str | None = None
    """The shape that was asked for."""
    failures: list[Json] = []
    """`{"path": "$.user.age", "message", "value"}` of each."""
    failures_cut: int = 0
    count: int = 1
    """How often a value was refused this shape at this place, this time included."""
    caller: Place | None = None
    calls: list[Place] = []
    """The calls of the user's own code on the way there, the innermost first."""


class OperationMeasured(Body, frozen=True, kw_only=True):
    """What an operation used: of its span, or of the process when it has none."""

    name: str
    took_ms: float
    cpu_ms: float | None = None
    """Of its thread; of all threads for a process."""
    peak_memory_bytes: int | None = None
    gc_pauses: int | None = None
    gc_pause_ms: float | None = None
    allocated: list[Json] = []
    """`{"place", "bytes", "count"}` of what grew most, where allocations are followed."""
