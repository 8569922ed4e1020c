"""How often each place in the code may still be recorded in the present trace."""

from __future__ import annotations

from types import FrameType

from backtrail.model.limits import EFFECT_PLACES_MAX
from backtrail.record import guard, scope

Key = tuple[str, int, object]


class Quota:
    """A number of events for each place, in each trace anew; what is beyond it is counted."""

    def __init__(self, most: int, what: str, *, is_counting: bool = True) -> None:
        self.most = most
        self.what = what
        self.is_counting = is_counting
        """Whether what is beyond it is counted here, and not where it is asked for."""
        self.spent: dict[Key, tuple[str, int]] = {}
        """By place, and what sets events there apart: the trace, and events of it in that trace."""

    def left(self, frame: FrameType, apart: object = None) -> int:
        """Spend one event of a place and return how many there were left; 0 is none."""
        # Not the instruction: of one call there are two, before and after Python specializes it.
        key = (frame.f_code.co_filename, frame.f_lineno, apart)
        trace = scope.current().trace.trace_id
        known, spent = self.spent.get(key, (trace, 0))
        if known != trace:
            spent = 0
        if spent >= self.most:
            if self.is_counting:
                guard.count(f"{self.what}: only counted")
            return 0
        if len(self.spent) >= EFFECT_PLACES_MAX:
            self.spent.clear()
        self.spent[key] = (trace, spent + 1)
        return self.most - spent

    def forget(self) -> None:
        """Begin anew."""
        self.spent.clear()
