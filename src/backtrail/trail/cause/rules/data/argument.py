"""An argument of the command line that the failing code held, where it was left with nothing."""

from __future__ import annotations

from collections.abc import Iterator

from backtrail.trail.cause.finding import GENERIC, Case, Finding
from backtrail.trail.cause.values import words_of

HELD, EMPTY = 0.38, 0.14
NOTHING_LEFT = (
    "empty", "at least one", "division by zero", "no data", "not enough", "out of range", "nothing",
    "no such", "not found",
)  # fmt: skip
"""How messages say that nothing was left of what there was."""


def find(case: Case) -> Iterator[Finding]:
    """Yield the command line whose option the frames of the error hold under its name."""
    message = " ".join(each.info.message for each in case.suspects.failing).casefold()
    is_empty = any(words in message for words in NOTHING_LEFT)
    held = {
        (frozenset(words_of(name.rpartition(".")[2])), value) for name, value in case.suspects.held
    }
    for fact in case.facts.of("process.started"):
        if fact.event.process != case.facts.error.process:
            continue
        for option, value in _options([str(word) for word in fact.body.get("argv") or ()]):
            words = frozenset(words_of(option))
            if words - GENERIC and (words, value) in held:
                yield Finding(
                    kind="argument",
                    fact=fact,
                    score=HELD + (EMPTY if is_empty else 0.0),
                    evidence=[f"{option} {value!r} was given, and the failing code held it"],
                    against=[] if is_empty else ["an argument may be right"],
                )
                return


def _options(argv: list[str]) -> Iterator[tuple[str, str]]:
    """Yield the options of a command line with their values."""
    for word, after in zip(argv, [*argv[1:], ""], strict=True):
        name, equals, value = word.partition("=")
        if word.startswith("--"):
            yield name, value if equals else after
