"""One program as a child process: how it is started, waited for and ended.

It gets our arguments, working directory, open files, terminal, process group, signal mask and
environment; what happens to it happens to us: where it stops we stop, and where a signal ends it,
the same signal ends us.
"""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Iterable
from errno import ENOEXEC
from time import monotonic_ns
from typing import NoReturn

from msgspec import Struct

from backtrail.cli.program import tree
from backtrail.cli.program.witness import Witness
from backtrail.model.clock import NS_PER_S
from backtrail.model.errors import ExitCode
from backtrail.model.limits.reading import (
    HANG_LOOK_S,
    KILL_ROUNDS_MAX,
    TERMINATE_S_MAX,
    TREE_PROCESSES_MAX,
)

BY_KERNEL = 0x80
"""`si_code` of a signal that no process sent."""

_ERROR_NUMBER_BYTES = 4
_SHELL = "/bin/sh"
_OWN = {signal.SIGKILL, signal.SIGSTOP, signal.SIGCHLD}
_RELAYED = signal.valid_signals() - _OWN
_WAITED = _RELAYED | {signal.SIGCHLD}
_RESTORED = (signal.SIGPIPE, signal.SIGXFSZ)
"""Python ignores these for itself; a program starts without that."""


class Ending(Struct, frozen=True, kw_only=True):
    """How a program ended: by an exit code, or by a signal."""

    exit_code: int | None = None
    signal: int | None = None

    @property
    def signal_name(self) -> str | None:
        """Name of the signal: `SIGKILL`."""
        if self.signal is None:
            return None
        try:
            return signal.Signals(self.signal).name
        except ValueError:  # A real-time signal has no name of its own.
            return f"SIGRTMIN+{self.signal - signal.SIGRTMIN}"


class Program:
    """A program that runs, and that every signal reaches as if nothing stood in between."""

    def __init__(self, *, mark: bytes, may_end: bool = False) -> None:
        """Get ready: from here on, signals wait until there is a program to take them.

        Args:
            mark: a `NAME=value` of the program's environment, by which its children are known.
            may_end: whether `end` may be called. Then those of its children whose own parent has
                ended become ours, so that none can slip away.
        """
        self.pid = 0
        self._mark = mark
        self._beside = tree.descendants(os.getpid())[1:] if may_end else []
        self._adopts = may_end and tree.adopt_orphans()
        self._mask = signal.pthread_sigmask(signal.SIG_BLOCK, _WAITED)
        self._witness = Witness.start()

    def start(self, argv: list[str], environ: dict[str, str]) -> None:
        """Start it.

        Raises:
            OSError: there is no such command, or it may not be run.
        """
        try:
            self.pid = self._spawn(argv, environ)
        except OSError as error:
            if error.errno != ENOEXEC:
                raise
            self.pid = self._spawn([_SHELL, *argv], environ)  # As execvp(3) and every shell do.
        self._witness.watch(self.pid)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # Ignored, it would hide how a child ends.

    def wait(self, until_ns: int | None = None) -> Ending | None:
        """Pass signals on until the program has ended; `None` when the given moment came first."""
        while True:
            if (ending := self._ending()) is not None:
                return ending
            if until_ns is None:
                info = signal.sigwaitinfo(_WAITED)
            else:
                left_s = max(0, until_ns - monotonic_ns()) / NS_PER_S
                came = signal.sigtimedwait(_WAITED, left_s)
                if came is None:
                    return self._ending()
                info = came
            number = info.si_signo
            if number != signal.SIGCHLD and not (self._witness.saw(number) or _is_keyed(info)):
                os.kill(self.pid, number)

    def end(self) -> Ending:
        """End it and all that it has started: first by a request, then by force."""
        family = self._family()
        for number in (signal.SIGTERM, signal.SIGCONT):  # One that is stopped hears nothing.
            tree.send(family, number, spared=self._spared)
        until_ns = monotonic_ns() + int(TERMINATE_S_MAX * NS_PER_S)
        ending: Ending | None = None
        while monotonic_ns() < until_ns and (ending is None or self._living(family)):
            ending = self._pause(ending)
        for _ in range(KILL_ROUNDS_MAX):  # While some are killed, others may start new ones.
            family = self._living({*family, *self._family()})
            if not family:
                break
            tree.send(family, signal.SIGKILL, spared=self._spared)
            ending = self._pause(ending)
        return ending or self._pause(None) or Ending(signal=signal.SIGKILL)

    def release(self) -> None:
        """Let go of what stood by; signals stay blocked, since we are to end as the program did."""
        self._witness.dismiss()

    @property
    def _spared(self) -> frozenset[int]:
        return frozenset({os.getpid(), self._witness.pid})

    def _family(self) -> list[tree.Process]:
        """List the program and what it has started."""
        return tree.descendants(os.getpid(), mark=self._mark, beside=self._beside)

    def _living(self, family: Iterable[tree.Process]) -> list[tree.Process]:
        return tree.living(family, spared=self._spared)

    def _pause(self, ending: Ending | None) -> Ending | None:
        """Wait a moment for processes to end; return how the program ended, once it has."""
        if ending is None:
            return self.wait(monotonic_ns() + int(HANG_LOOK_S * NS_PER_S))
        signal.sigtimedwait({signal.SIGCHLD}, HANG_LOOK_S)
        self._bury()
        return ending

    def _bury(self) -> None:
        """Take note of the end of orphans that have become ours."""
        for _ in range(TREE_PROCESSES_MAX if self._adopts else 0):
            try:
                ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            except ChildProcessError:
                return
            if ended is None or ended.si_pid in {self.pid, self._witness.pid}:
                return
            os.waitpid(ended.si_pid, 0)

    def _spawn(self, argv: list[str], environ: dict[str, str]) -> int:
        """Fork and execute; not posix_spawn, with which glibc changes what the program ignores."""
        failed, failing = os.pipe()
        pid = os.fork()
        if pid == 0:
            self._execute(argv, environ, failing)
        os.close(failing)
        with open(failed, "rb") as pipe:  # noqa: PTH123 - a descriptor, not a path
            error_number = int.from_bytes(pipe.read())
        if error_number:
            os.waitpid(pid, 0)
            raise OSError(error_number, os.strerror(error_number), argv[0])
        return pid

    def _execute(self, argv: list[str], environ: dict[str, str], failing: int) -> NoReturn:
        """Become the program; the pipe closes when that is done, or says why it was not."""
        try:
            for number in _RESTORED:
                signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_SETMASK, self._mask)
            os.execvpe(argv[0], argv, environ)  # noqa: S606 - what the user asked for
        except OSError as error:
            os.write(failing, (error.errno or ENOEXEC).to_bytes(_ERROR_NUMBER_BYTES))
        finally:
            os._exit(ExitCode.INFRASTRUCTURE)

    def _ending(self) -> Ending | None:
        """Look whether it has ended; where it has stopped, stop too."""
        while True:
            pid, status = os.waitpid(self.pid, os.WNOHANG | os.WUNTRACED)
            if pid == 0:
                self._bury()
                return None
            if os.WIFSTOPPED(status):
                _raise_default(os.WSTOPSIG(status))
                continue
            if os.WIFSIGNALED(status):
                return Ending(signal=os.WTERMSIG(status))
            return Ending(exit_code=os.WEXITSTATUS(status))


def _is_keyed(info: signal.struct_siginfo) -> bool:
    """Whether a signal is a terminal's own, such as that of Ctrl-C, and so for all in front of it.

    Of these only a hang-up goes to one process, the leader of the session.
    """
    if info.si_code != BY_KERNEL:
        return False
    is_leader = os.getsid(0) == os.getpid()
    return not (is_leader and info.si_signo in {signal.SIGHUP, signal.SIGCONT})


def die_of(number: int) -> None:
    """End this process by the signal that ended the program, without a core dump of our own."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    _raise_default(number)


def _raise_default(number: int) -> None:
    """Let a signal do to this process what it does to one that never heard of it."""
    if number not in _OWN:
        signal.signal(number, signal.SIG_DFL)
    before = signal.pthread_sigmask(signal.SIG_UNBLOCK, {number})
    os.kill(os.getpid(), number)
    signal.pthread_sigmask(signal.SIG_SETMASK, before)
