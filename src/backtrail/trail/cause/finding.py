"""What a rule is given, what it finds, and how an event is tied to what is suspect."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from msgspec import Struct

from backtrail.model.kinds import ErrorRaised
from backtrail.trail.cause.answer import CauseKind
from backtrail.trail.cause.facts import Fact, Facts
from backtrail.trail.cause.suspects import Suspect, Suspects
from backtrail.trail.comparison.difference import Comparison

REFUSED = 400
"""HTTP status from which on a call has failed."""
COMMON_LEAST = 0.35
COMMON_MIN = 3
"""Among so few events of a kind no value is common."""
NAME_SCORE_FULL = 1.6
"""Weights of shared words that make a full tie by name."""
GENERIC = frozenset(
    """
    self cls main run call get set load read write make do handle process start stop init new value
    key name data item items list path file text line error exc result args kwargs module
    """.split()  # noqa: SIM905 - reads better than a list of forty strings
)


class Case:
    """An error with its suspects, and the events before it."""

    def __init__(
        self,
        error: ErrorRaised,
        facts: Facts,
        suspects: Suspects,
        good: Comparison | None = None,
    ) -> None:
        """Put together what every rule is given; `good` compares with a trace that went well."""
        self.good = good
        self.error = error
        self.facts = facts
        self.suspects = suspects
        self._ties: dict[int, Tie] = {}
        self._holding: dict[str, list[tuple[Fact, float, str, bool]]] = {}
        self._held: dict[str, Counter[str]] = {}
        """By value: how many events of each kind show it, repetitions counted once."""

    def holding(self, suspect: Suspect) -> list[tuple[Fact, float, str, bool]]:
        """Return the events that show a suspect value, in order; found once."""
        if suspect.value not in self._holding:
            self._holding[suspect.value] = list(self.facts.holding(suspect))
        return self._holding[suspect.value]

    def tie(self, fact: Fact) -> Tie:
        """Return how closely an event is tied to the failure, by values and by names."""
        if not self._ties:
            self._tie_all()
        known = self._ties.get(fact.at)
        if known is None:
            known = self._ties[fact.at] = Tie(value=0.0, suspect=None, text="", name=0.0, words=[])
        if known.name < 0:
            name, words = self._name_tie(fact)
            known = self._ties[fact.at] = Tie(
                value=known.value, suspect=known.suspect, text=known.text, name=name, words=words
            )
        return known

    def _tie_all(self) -> None:
        found: dict[int, list[tuple[float, Suspect, str]]] = {}
        for suspect in self.suspects.values:
            holding = self.holding(suspect)
            for fact, level, text, _ in holding:
                strength = suspect.weight * level * self.telling(fact, suspect)
                found.setdefault(fact.at, []).append((strength, suspect, text))
        for fact in self.facts.all:
            rows = sorted(found.get(fact.at, ()), key=lambda row: -row[0])
            best = rows[0] if rows else None
            self._ties[fact.at] = Tie(
                value=together([strength for strength, *_ in rows]),
                suspect=best[1] if best else None,
                text=best[2] if best else "",
                name=-1.0,
                words=[],
            )

    def telling(self, fact: Fact, suspect: Suspect) -> float:
        """Return how well a value tells an event from others of its kind, by how many hold it."""
        of_kind = self.facts.different[fact.kind]
        if of_kind <= COMMON_MIN:
            return 1.0
        if suspect.value not in self._held:
            holding = {(other.kind, other.sameness) for other, *_ in self.holding(suspect)}
            self._held[suspect.value] = Counter(kind for kind, _ in holding)
        also = self._held[suspect.value][fact.kind] - 1
        return max(COMMON_LEAST, 1.0 - also / (of_kind - 1))

    def healed(self, fact: Fact) -> Fact | None:
        """Return the later call by which one that failed was made good, if there is one."""
        again = self.facts.asking(fact.request)
        return next(
            (
                later
                for later in again
                if later.at > fact.at and later.kind == fact.kind and not has_failed(later)
            ),
            None,
        )

    def _name_tie(self, fact: Fact) -> tuple[float, list[str]]:
        rarity, suspect = self.facts.rarity, self.suspects.words
        shared = {
            word: weight * suspect[word] * rarity.get(word, 1.0)
            for word, weight in fact.words.items()
            if word in suspect and word not in GENERIC and len(word) > 1
        }
        total = sum(shared.values())
        words = sorted(shared, key=lambda word: -shared[word])
        return min(1.0, total / NAME_SCORE_FULL), words[:4]


def together(strengths: list[float]) -> float:
    """Return how strong several ties are together, from 0 to 1; the best counts in full."""
    missing = 1.0
    for strength, share in zip(strengths, (1.0, 0.7, 0.5, 0.4), strict=False):
        missing *= 1.0 - min(strength * share, 1.0)
    return 1.0 - missing


def has_failed(fact: Fact) -> bool:
    """Tell whether a call was refused, broke off or found the other side at fault."""
    status = fact.body.get("status")
    return bool(fact.body.get("error")) or (isinstance(status, int) and status >= REFUSED)


class Tie(Struct, frozen=True, kw_only=True):
    """How an event is tied to a failure."""

    value: float
    """By a value that both show, from 0 to 1."""
    suspect: Suspect | None
    text: str
    """The text of the event that shows it."""
    name: float
    """By words of names that both have, from 0 to 1."""
    words: list[str]

    @property
    def strength(self) -> float:
        """Both together, from 0 to 1."""
        return 1.0 - (1.0 - self.value) * (1.0 - 0.8 * self.name)


class Finding(Struct, frozen=True, kw_only=True):
    """An event that a rule holds for a possible cause."""

    kind: CauseKind
    fact: Fact
    score: float
    evidence: list[str]
    against: list[str] = []
    between: list[Fact] = []
    """Events on the way from it to the error."""
    suspect: Suspect | None = None
    text: str | None = None
    """What the event says in this light, where its own words do not show it."""


Rule = Callable[[Case], Iterator[Finding]]
"""A rule looks at a case and yields what it finds; each is a module of `rules` with `find`."""


def tied_by(tie: Tie) -> list[str]:
    """Say in words how an event is tied to a failure."""
    said = []
    if tie.suspect is not None and tie.value > 0:
        said.append(f"it shows {tie.suspect.value!r}, which is `{tie.suspect.name}` in the failure")
    if tie.name > 0.2 and tie.words:  # noqa: PLR2004 - less is chance
        said.append(f"its names share {', '.join(tie.words)} with the failing code")
    return said
