"""Switches recording on and off, as a whole.

The first event of a program that never called `start` starts recording quietly: events only, no
hooks. While recording is off, the code of every public function is replaced by code that does
nothing, so that a call costs no more than passing its arguments, however it was imported.
"""

from __future__ import annotations

import atexit
import importlib
import os
import sys
from collections.abc import Callable, Mapping
from types import CodeType
from typing import Any

from backtrail.model.errors import BacktrailError
from backtrail.model.kinds import ProcessEnded, ProcessStarted
from backtrail.model.settings import DEFAULTS, Layer, Settings, settle
from backtrail.record import entry, guard, journal, scope, sink
from backtrail.record.attach import inherit
from backtrail.record.capture.redact import clean_text
from backtrail.record.capture.secrets.command import clean_command
from backtrail.record.occurrence.bundle import write_waiting
from backtrail.record.settings import find_home, is_disabled, read_settings


class _Switch:
    """What is on; there is one."""

    def __init__(self) -> None:
        self.is_started = False
        self.is_enabled = True
        self.settings: Settings = DEFAULTS
        self.pairs: list[tuple[Any, CodeType, CodeType]] = []


_switch = _Switch()


def start(
    *,
    directory: str | None = None,
    hooks: bool = True,
    mode: str | None = None,
    session: str | None = None,
    hang_after: float | None = None,
    strict: bool | None = None,
    **settings: Any,
) -> None:
    """Start recording this process: events, uncaught errors, threads and child processes.

    A process that is recorded already, as under `backtrail run`, goes on in the same trace.

    Args:
        directory: the `.backtrail` folder; that of the run, or of the project, unless given.
        hooks: also record uncaught exceptions, and hand the trace on to threads, executors and
            child processes; without them only what the program says itself is recorded.
        mode: `full` writes everything; `flight` writes a trace when it errs, is slow or is kept.
        session: name of a session, for traces that belong together.
        hang_after: seconds without any event after which all stacks are recorded.
        strict: for tests: raise broken entry rules and faults of the recorder.
        settings: any other setting, as `backtrail config` lists them.

    Raises:
        UsageError: an argument is no setting, or does not fit.
    """
    given = {"mode": mode, "session": session, "hang_after_s": hang_after, "strict": strict}
    arguments = {name: value for name, value in given.items() if value is not None} | settings
    arguments = inherit.settings() | arguments
    home = (
        directory
        or inherit.handed_on.get("BACKTRAIL_DIR")
        or find_home(_working_directory(), os.environ)
    )
    begin(home, _settings(home, arguments))
    if hooks and _switch.is_enabled:
        # Loaded only here: a program that just calls `debug` must not pay for it.
        importlib.import_module("backtrail.record.attach.install").install(_switch.settings)


def begin(home: str, settings: Settings) -> None:
    """Start recording into a folder with settings that are known, without hooks."""
    home = os.path.abspath(home)
    if _switch.is_started and journal.directory() == home and _is_told(settings):
        _use(settings)
        return
    stop()
    _switch.is_started = True
    scope.begin_process(inherited=inherit.variable("TRACEPARENT"))
    _use(settings)
    journal.configure(home, prologue=_write_process_started, is_open=settings.enabled)
    journal.at_end(_write_process_ended)
    if settings.enabled:
        enable()
        sink.set_mode(settings.mode)
    else:
        disable()


def _is_told(settings: Settings) -> bool:
    """Whether what this process told of itself when it began is true with these settings too."""
    now = _switch.settings
    told = (now.enabled, now.mode, now.session)
    return told == (settings.enabled, settings.mode, settings.session)


def _use(settings: Settings) -> None:
    _switch.settings = settings
    guard.is_strict = guard.is_strict or settings.strict
    entry.use(settings)
    scope.traces.resize(settings.ring_events, settings.ring_traces, settings.ring_idle_s)
    sink.set_slow(settings.slow_ms)


def stop() -> None:
    """Stop recording: write what is open and close the journal. A later event starts it anew."""
    if _switch.is_started:
        journal.seal()
        write_waiting()
        _switch.is_started = False


def use_quietly() -> None:
    """Start recording because the program just uses it: no hooks, and no error but counted.

    It is recorded where it was started, wherever it has gone since then, as daemons do.
    """
    if _switch.is_started:
        return
    home = find_home(_started_in, os.environ)
    begin(home, _settings(home, {}))


def _settings(home: str, arguments: Mapping[str, Any]) -> Settings:
    """Read the settings; what the program itself did not say wrong is counted, not raised."""
    try:
        return read_settings(home, os.environ, arguments)[0]
    except BacktrailError:
        guard.count("settings ignored: they do not fit")
        return settle([Layer(source="argument", values=arguments)])[0]


def current_settings() -> Settings:
    """Return the settings that recording goes by."""
    return _switch.settings


def is_enabled() -> bool:
    """Whether events are recorded."""
    return _switch.is_enabled


def rebind_when_disabled(loud: Any, silent: Any) -> None:
    """Let a public function take the code of its silent twin while recording is off."""
    _switch.pairs.append((loud, loud.__code__, silent.__code__))
    if not _switch.is_enabled:
        loud.__code__ = silent.__code__


def disable() -> None:
    """Switch recording off: every call does nothing until `enable`."""
    _switch.is_enabled = False
    for loud, _, silent in _switch.pairs:
        loud.__code__ = silent


def enable() -> None:
    """Switch recording on again."""
    _switch.is_enabled = True
    journal.listen()
    for loud, code, _ in _switch.pairs:
        loud.__code__ = code


def obey(environ: Mapping[str, str]) -> None:
    """Switch recording off where the environment says so; what is no switch is counted."""
    try:
        if is_disabled(environ):
            disable()
    except BacktrailError:
        guard.count("settings ignored: they do not fit")


def _working_directory() -> str:
    try:
        return os.getcwd()
    except OSError:
        # The program's own folder was deleted under it.
        return os.path.expanduser("~")


_started_in = _working_directory()


def _write_process_started() -> None:
    """Write what a reader must know about this process before anything else."""
    uname = os.uname()
    arguments = getattr(sys, "orig_argv", sys.argv)
    body = ProcessStarted(
        pid=os.getpid(),
        parent_pid=os.getppid(),
        argv=clean_command(arguments),
        executable=sys.executable,
        cwd=clean_text(_working_directory()),
        python=sys.version.split()[0],
        platform=f"{uname.sysname} {uname.release} {uname.machine}",
        host=uname.nodename,
        mode=_switch.settings.mode,
        session=_switch.settings.session,
        parent_process=journal.parent_process() or inherit.variable("BACKTRAIL_PARENT"),
        run_id=inherit.variable("BACKTRAIL_RUN"),
    )
    trace = scope.at_top(scope.root()).lane.head
    journal.append(journal.event_line("process.started", body, trace=trace) + b"\n")


at_end: list[Callable[[], object]] = []
"""What may still have something to record when the process ends."""
last_words: list[Callable[[], object]] = []
"""What is told of the process before its end is written."""


def end() -> None:
    """Record what is left to be recorded, and that the process ends in an orderly way."""
    for tell in at_end:
        tell()
    journal.seal()


def _write_process_ended() -> None:
    for tell in last_words:
        tell()
    trace = scope.at_top(scope.root()).lane.head
    body = ProcessEnded(counters=dict(guard.lost))
    journal.append(journal.event_line("process.ended", body, trace=trace) + b"\n")


def _after_fork_in_child() -> None:
    if _switch.is_started:
        scope.begin_process(inherited=None, is_child=True)


scope.on_first_use = use_quietly
atexit.register(end)
os.register_at_fork(after_in_child=_after_fork_in_child)
