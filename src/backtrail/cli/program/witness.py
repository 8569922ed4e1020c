"""A silent process that knows which signals went to the whole process group.

A signal sent to `backtrail run` alone has to be passed on to the program; one sent to the process
group, or to every process of a service, has reached the program already and must not come twice.
The kernel does not say which it was. So a process that does nothing stands beside the program: what
it was sent, the program was sent too. It also sees when `backtrail run` is killed, which would
leave the program behind, and then kills the program as the sender meant to.
"""

from __future__ import annotations

import os
import signal
from time import sleep

from backtrail.model.limits.reading import SIGNAL_SETTLE_S

_PID_BYTES = 8
_OVER = 0


class Witness:
    """One process that stands by in our process group."""

    def __init__(self, pid: int, questions: int, answers: int) -> None:
        self.pid = pid
        self._questions = questions
        self._answers = answers

    @classmethod
    def start(cls) -> Witness:
        """Start one; every signal must be blocked, and stays so in the witness."""
        their_questions, questions = os.pipe()
        answers, their_answers = os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                os.close(questions)
                os.close(answers)
                _stand_by(their_questions, their_answers)
            finally:
                os._exit(0)
        os.close(their_questions)
        os.close(their_answers)
        return cls(pid, questions, answers)

    def watch(self, program: int) -> None:
        """Name the process that must not outlive us."""
        self._ask(program)

    def saw(self, number: int) -> bool:
        """Tell whether a signal that we got was sent to the witness too, and so to the program.

        It is asked at once, since a second signal that came meanwhile would be one with the first
        for it; and again a little later, since a sender may go from process to process.
        """
        if self._has(number):
            return True
        sleep(SIGNAL_SETTLE_S)
        return self._has(number)

    def _has(self, number: int) -> bool:
        self._ask(-number)
        try:
            return os.read(self._answers, 1) == b"y"
        except OSError:
            return False

    def dismiss(self) -> None:
        """Let it go: the program has ended."""
        self._ask(_OVER)
        os.close(self._questions)
        os.close(self._answers)
        os.waitpid(self.pid, 0)

    def _ask(self, question: int) -> None:
        try:
            os.write(self._questions, question.to_bytes(_PID_BYTES, signed=True))
        except OSError:
            return  # It was killed: signals are then passed on, and the program is on its own.


def _stand_by(questions: int, answers: int) -> None:
    """Answer until told that it is over, or until the other side of the pipe is gone."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in range(3):  # An output that we hold open would not end for its reader.
        os.dup2(nothing, descriptor)
    program: int | None = None
    while len(said := os.read(questions, _PID_BYTES)) == _PID_BYTES:
        number = int.from_bytes(said, signed=True)
        if number > 0:
            program = os.pidfd_open(number)
        elif number < 0:
            has_come = signal.sigtimedwait([-number], 0) is not None
            os.write(answers, b"y" if has_come else b"n")
        else:
            return
    if program is not None:
        signal.pidfd_send_signal(program, signal.SIGKILL)
