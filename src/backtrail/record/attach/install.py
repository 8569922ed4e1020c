"""Everything that recording attaches to a program when it starts."""

from __future__ import annotations

from backtrail.model.settings import Settings
from backtrail.record.attach import inherit
from backtrail.record.attach.hooks import install_hooks, remove_hooks
from backtrail.record.attach.propagate import install_propagation, remove_propagation
from backtrail.record.attach.watchdog import start_watchdog, stop_watchdog
from backtrail.record.bridges.features import unwatch_features, watch_features
from backtrail.record.bridges.watch import unwatch_libraries, watch_libraries

DEADLINE = "BACKTRAIL_DEADLINE_NS"
"""The variable by which `backtrail run --timeout` says when the time is up."""


def install(settings: Settings) -> None:
    """Hand the trace on, record what nobody catches, and watch over hangs.

    Under `backtrail run`, where the program knows nothing of us, what it tells the logging
    libraries is recorded too, and SIGUSR1 is taken only if it was asked to watch for hangs.
    """
    is_run = bool(inherit.handed_on)
    install_propagation()
    install_hooks()
    if is_run:
        watch_libraries()
    watch_features(settings.watch)
    deadline = inherit.handed_on.get(DEADLINE, "")
    deadline_ns = int(deadline) if deadline.isdecimal() else None
    is_on_signal = settings.hang_after_s is not None or not is_run
    if is_on_signal or deadline_ns is not None:
        start_watchdog(settings.hang_after_s, deadline_ns, on_signal=is_on_signal)


def uninstall() -> None:
    """Leave the program as it was."""
    stop_watchdog()
    unwatch_features()
    unwatch_libraries()
    remove_hooks()
    remove_propagation()
