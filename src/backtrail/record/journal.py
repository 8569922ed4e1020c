"""Where events go first: this process's own series of segments.

`put` takes one whole line and is rebound as the state changes: to the mapped segment's own append
while all is well, to a counter when nothing can be written. Whoever calls it on a hot path catches
ValueError and calls `roll`; everybody else calls `append`.
"""

from __future__ import annotations

import os
from _thread import RLock
from collections.abc import Callable

import msgspec
from msgspec import Raw, Struct

from backtrail.model import ids, limits
from backtrail.model.clock import SYSTEM_CLOCK, Clock
from backtrail.model.event import Body
from backtrail.model.kinds import JournalDropped
from backtrail.model.version import __version__
from backtrail.record import guard
from backtrail.record.segment import SMALLEST_BYTES, Segment, header_line, let_go

NEWLINE = b"\n"
RETRY_EVERY = 1_000
"""While nothing can be written, one event in so many tries again."""
ROLLS_MAX = 3
"""Segments that are tried for one line: the present one, a small one, one of full size."""

encode = msgspec.json.Encoder().encode
Put = Callable[[bytes], object]


class Line(Struct, gc=False):
    """The envelope of any event but the most frequent ones, which have lines of their own."""

    t: int
    trace: Raw
    """The trace id, and spliced behind it the further members of the envelope."""


class _State:
    """What this process's journal is at; there is one, made anew after a fork."""

    def __init__(self) -> None:
        self.home: str | None = None
        self.clock: Clock = SYSTEM_CLOCK
        self.segment: Segment | None = None
        self.process = ids.uuid7(SYSTEM_CLOCK.time_unix_ns(), os.urandom(10))
        self.parent_process: str | None = None
        self.number = 0
        self.is_begun = False
        """Whether a segment was ever opened, and what comes first is written."""
        self.seq = 0
        self.dropped = 0
        self.full: Segment | None = None
        """The one before, while the next one could not be opened."""
        self.retired: str | None = None
        """The last one that was closed: its memory is free by the time the next one wants it."""
        self.prologue: Callable[[], None] = _no_prologue


def _no_prologue() -> None:
    """Write nothing before the first event."""


def _open_and_put(line: bytes) -> None:
    """Take the first event: open the journal, then append."""
    roll(line)


def _ignore(line: bytes) -> None:
    """Take no event: the program's first call only found that nothing is to be recorded."""


_state = _State()
_lock = RLock()
put: Put = _open_and_put
"""Append one line that ends with a newline; raises ValueError when the segment is full."""
_epilogue: Callable[[], None] | None = None


def configure(
    home: str,
    *,
    clock: Clock = SYSTEM_CLOCK,
    prologue: Callable[[], None] = _no_prologue,
    is_open: bool = True,
) -> None:
    """Say where the journal lives; it is opened by the first event, under a process id of its own.

    The prologue is called once for each process id, when its first segment is open, to write
    what a reader must know first. One that is not open takes no event until `listen`.
    """
    global _state
    with _lock:
        seal()
        parent_process, _state = _state.parent_process, _State()
        _state.home, _state.clock, _state.prologue = home, clock, prologue
        _state.parent_process = parent_process
        _bind(_open_and_put if is_open else _ignore)


def listen() -> None:
    """Take events from here on, where none were taken."""
    if put is _ignore:
        _bind(_open_and_put)


def directory() -> str | None:
    """Return the `.backtrail` folder in use."""
    return _state.home


def clock() -> Clock:
    """Return the clock that this process records by."""
    return _state.clock


def process_id() -> str:
    """Return the id under which this process records."""
    return _state.process


def parent_process() -> str | None:
    """Return the id of the recording process that forked this one."""
    return _state.parent_process


def _bind(to: Put) -> None:
    global put  # noqa: PLW0603 - one journal per process
    put = to


def append(line: bytes) -> None:
    """Append one whole line, rolling over to the next segment where it must."""
    try:
        put(line)
    except ValueError:
        roll(line)


def roll(line: bytes) -> None:
    """Append a line that the present segment did not take: open the next one.

    When none can be opened the line is counted as lost, and every so many events it is tried
    again: the program goes on, and recording resumes once there is room.
    """
    if len(line) > limits.LINE_BYTES_MAX * 4:
        guard.count("event too large")
        return
    with _lock:
        for _ in range(ROLLS_MAX):
            if _state.segment is None and not _open_next():
                break
            if (segment := _state.segment) is None:
                continue
            try:
                segment.append(line)
            except ValueError:
                _retire(segment)
            else:
                return
        _drop(line)


def _retire(segment: Segment) -> None:
    """Let go of a full segment; it is closed once the next one is open.

    A signal handler, or a finalizer, may record in the midst of it and do all of this itself.
    """
    try:
        lines = segment.finish() - 1
    except ValueError:
        return
    if _state.segment is not segment:
        return
    # No call between these two: a handler sees both or none.
    _state.seq += lines
    _state.segment = None
    _close_full()
    if segment.is_unlinked():
        guard.count("segment deleted while recording", lines)
        segment.close(truncate=False)
    else:
        _state.full = segment


def _close_full() -> None:
    """Close the segment before: cut it to its lines, and free the memory it is in."""
    segment, _state.full = _state.full, None
    if segment is None:
        return
    try:
        segment.close(truncate=True)
        _state.retired = segment.path
        let_go(segment.path)
    except OSError:
        guard.count("segment could not be closed")


def _open_next() -> bool:
    """Open the next segment, the smaller the fuller the disk; whether it worked."""
    home = _state.home
    if home is None:
        return False
    wanted = limits.SEGMENT_BYTES_MAX if _state.is_begun else limits.SEGMENT_BYTES_FIRST
    _state.number = number = _state.number + 1
    seq = _state.seq
    header = header_line(
        process=_state.process,
        number=number,
        seq=seq,
        time_unix_ns=_state.clock.time_unix_ns(),
        monotonic_ns=_state.clock.monotonic_ns(),
        pid=os.getpid(),
        writer=__version__,
    )
    folder = os.path.join(home, "journal")
    path = os.path.join(folder, f"{_state.process}.{number:04d}.jsonl")
    if _state.retired is not None:
        let_go(_state.retired)
    for size in (wanted, SMALLEST_BYTES):
        try:
            # One by one: makedirs gives its mode to the innermost folder only.
            os.makedirs(home, mode=0o700, exist_ok=True)
            os.makedirs(folder, mode=0o700, exist_ok=True)
            segment = Segment(path, size, header)
        except OSError as error:
            guard.count(f"journal not writable: {error.strerror}")
            continue
        except MemoryError:
            guard.count("journal not writable: no memory")
            continue
        if _state.segment is not None or _state.seq != seq:
            # A signal handler recorded meanwhile, and opened one: this one stays empty.
            segment.close(truncate=True)
        else:
            _state.segment = segment
            _bind(segment.append)
            _close_full()
            _begin()
        return True
    if _state.number == number:
        _state.number -= 1
    return False


def _begin() -> None:
    """Write what comes first in a process's first segment, and what was lost before another."""
    if not _state.is_begun:
        _state.is_begun = True
        _state.prologue()
    _tell_dropped()


def _tell_dropped() -> None:
    if _state.dropped:
        dropped, _state.dropped = _state.dropped, 0
        write_event("journal.dropped", JournalDropped(reason="not writable", count=dropped))


def _drop(_line: bytes) -> None:
    """Count an event that cannot be written, and now and then try again."""
    _state.dropped += 1
    guard.count("event not written")
    _bind(_retry if _state.dropped % RETRY_EVERY == 0 else _drop)


def _retry(line: bytes) -> None:
    roll(line)


def write_event(kind: str, body: Body | Raw | dict[str, object], *, trace: bytes = b'""') -> bytes:
    """Append an event outside of any scope; returns its line without the newline.

    The trace is its id in quotes and, spliced behind it, further members of the envelope.
    """
    line = event_line(kind, body, trace=trace)
    append(line + NEWLINE)
    return line


def event_line(kind: str, body: Body | Raw | dict[str, object], *, trace: bytes) -> bytes:
    """Encode an event as its line, without the newline."""
    members = encode(body)
    head = b'{"t":%d,"trace":%b,"kind":"%b"' % (_state.clock.monotonic_ns(), trace, kind.encode())
    return head + (b"}" if members == b"{}" else b"," + members[1:])


def sync(size: int) -> None:
    """Force the last bytes of the journal to the disk."""
    segment = _state.segment
    if segment is None:
        return
    try:
        segment.sync(size)
    except (OSError, ValueError):
        guard.count("journal not synced")


def position() -> int:
    """Return how many bytes this process has recorded: it grows while the program gets on."""
    segment = _state.segment
    return 0 if segment is None else _state.seq + segment.position()


def at_end(epilogue: Callable[[], None] | None) -> None:
    """Set what is written last, when the journal is sealed."""
    global _epilogue  # noqa: PLW0603 - one journal per process
    _epilogue = epilogue


def seal() -> None:
    """Close the journal in an orderly way; a later event opens a further segment."""
    try:
        with _lock:
            _seal()
    except Exception as error:  # noqa: BLE001 - an edge: it is called when the program ends
        guard.broke("journal end", error)


def _seal() -> None:
    if _state.segment is None and _state.full is None:
        return
    if _state.segment is None and not _open_next():
        _say_last_words()
    elif _epilogue is not None:
        _epilogue()
    _bind(_open_and_put)
    if _state.segment is not None:
        _retire(_state.segment)
    _close_full()


def _say_last_words() -> None:
    """Say in the last segment what was lost behind it: since then no other could be opened."""
    segment = _state.full
    assert segment is not None
    lines: list[bytes] = []
    _bind(lines.append)
    _tell_dropped()
    if _epilogue is not None:
        _epilogue()
    try:
        segment.add_last_words(b"".join(lines))
    except (OSError, ValueError):
        guard.count("journal not ended")


def _before_fork() -> None:
    _lock.acquire()


def _after_fork_in_parent() -> None:
    _lock.release()


def _after_fork_in_child() -> None:
    """Leave the parent's segment to the parent: the child opens its own."""
    global _lock, _state  # noqa: PLW0603 - one journal per process
    inherited, _lock = _state, RLock()
    _state = _State()
    _state.home, _state.clock = inherited.home, inherited.clock
    _state.prologue = inherited.prologue
    _state.parent_process = inherited.process if inherited.is_begun else None
    guard.lost.clear()
    for segment in (inherited.segment, inherited.full):
        if segment is not None:
            segment.close(truncate=False)
    _bind(_open_and_put)


os.register_at_fork(
    before=_before_fork,
    after_in_parent=_after_fork_in_parent,
    after_in_child=_after_fork_in_child,
)
