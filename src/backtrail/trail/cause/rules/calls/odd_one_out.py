"""An answer or a file that is unlike all others of its sort: other fields, another form, an error.

Programs ask the same question many times. Where one answer out of several has other fields than
the rest, an error in place of data, or points back at itself, what was made of it is suspect.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import msgspec

from backtrail.model.event import Json
from backtrail.trail.cause.facts import Fact
from backtrail.trail.cause.finding import Case, Finding, tied_by
from backtrail.trail.cause.kinds import kind_of

ODD, ERROR_INSIDE, ITSELF, TIE = 0.45, 0.5, 0.55, 0.45
ONLY_MORE = 0.15
"""Taken off one that only has more than the rest, and lacks nothing."""
SIBLINGS_MIN = 2
ERRORS = frozenset({"error", "errors", "fault", "exception", "detail", "problem"})
NEXT = frozenset(
    {"next", "cursor", "next_page", "next_cursor", "nextpagetoken", "page_token", "continue"}
)
_NUMBER = re.compile(r"\d+")
_DEPTH = 2


def find(case: Case) -> Iterator[Finding]:
    """Yield each event whose form differs from that of its siblings."""
    groups: dict[str, list[Fact]] = {}
    for fact in case.facts.of("http.called", "llm.called", "file.opened"):
        if fact.body.get("is_missing") or fact.body.get("mode", "read") != "read":
            continue
        groups.setdefault(_sort(fact), []).append(fact)
    for group in groups.values():
        answered = [fact for fact in group if _is_answered(fact)]
        yield from _odd(case, answered)
        yield from _telling(case, answered)


def _is_answered(fact: Fact) -> bool:
    status = fact.body.get("status")
    return not fact.body.get("error") and (not isinstance(status, int) or status < 400)  # noqa: PLR2004 - refusals have a rule of their own


def _sort(fact: Fact) -> str:
    """Return what events of one sort have in common: who asked, and of what."""
    caller = fact.calls[0]["function"] if fact.calls else ""
    path = str(fact.body.get("url") or fact.body.get("path") or "").partition("?")[0]
    suffix = path.rpartition(".")[2] if fact.kind == "file.opened" else ""
    return f"{fact.kind} {caller} {fact.body.get('method', '')} {suffix}"


def _odd(case: Case, group: list[Fact]) -> Iterator[Finding]:
    """Yield events whose form no sibling has, where the others agree."""
    if len(group) <= SIBLINGS_MIN:
        return
    forms = {fact.at: _form(fact) for fact in group}
    counted = Counter(forms.values())
    (usual, number), *others = counted.most_common(2)
    if number < SIBLINGS_MIN or (others and others[0][1] == number):
        return
    for fact in group:
        form = forms[fact.at]
        if form != usual and counted[form] == 1:
            more, less = _differences(form, usual)
            base = ODD if less else ODD - ONLY_MORE
            yield _finding(case, fact, base, _difference(more, less, number))


def _telling(case: Case, group: list[Fact]) -> Iterator[Finding]:
    """Yield answers that hold an error though they were given as right, or name themselves next."""
    for fact in group:
        answer = fact.body.get("response_body")
        if not isinstance(answer, dict):
            continue
        inside = [key for key in answer if key.casefold() in ERRORS and answer[key]]
        if inside:
            said = f"the answer holds {inside[0]!r} though its status is {fact.body.get('status')}"
            yield _finding(case, fact, ERROR_INSIDE, said)
        query = str(fact.body.get("url", "")).partition("?")[2]
        for key, value in answer.items():
            if (
                key.casefold() in NEXT
                and isinstance(value, str | int)
                and _is_in(str(value), query)
            ):
                yield _finding(case, fact, ITSELF, f"its {key!r} is {value!r}: the page itself")


def _is_in(value: str, query: str) -> bool:
    return any(part.partition("=")[2] == value for part in query.split("&"))


def _finding(case: Case, fact: Fact, base: float, said: str) -> Finding:
    tie = case.tie(fact)
    return Finding(
        kind=kind_of(fact),
        fact=fact,
        score=min(0.95, base + TIE * tie.strength),
        evidence=[said, *tied_by(tie)],
        against=[] if tied_by(tie) else ["no value and no name ties it to the failure"],
        suspect=tie.suspect,
    )


def _form(fact: Fact) -> str:
    """Return the form of what an event brought: its fields, types, and who answered."""
    body = fact.body
    if fact.kind == "file.opened":
        return _form_of_text(str(body.get("content") or ""))
    if fact.kind == "llm.called":
        attributes = body.get("attributes") or {}
        reasons = attributes.get("gen_ai.response.finish_reasons")
        model = attributes.get("gen_ai.response.model")
        size = attributes.get("gen_ai.embeddings.dimension.count")
        tools = [call.get("name") for call in body.get("tool_calls") or ()]
        return f"{model} {size} {reasons} {tools} {_form_of_answer(body.get('text'))}"
    answer = body.get("response_body")
    kind = str((body.get("response_headers") or {}).get("content-type", "")).partition(";")[0]
    form = _form_of_text(answer) if isinstance(answer, str) else _form_of(answer, _DEPTH)
    return f"{body.get('status')} {kind},{form}"


def _form_of_answer(text: Json) -> str:
    """Return the form of what a model said: its fields if it is JSON, else only that it is text."""
    if not isinstance(text, str):
        return "nothing"
    stripped = text.strip()
    if stripped[:1] not in {"{", "["}:
        return "fenced" if stripped.startswith("```") else "text"
    try:
        return _form_of(msgspec.json.decode(stripped), _DEPTH)
    except msgspec.DecodeError:
        return "broken"


def _form_of(value: Json, depth: int) -> str:
    if isinstance(value, dict):
        if depth == 0:
            return "{}"
        keys = sorted(f"{key}:{_form_of(inner, depth - 1)}" for key, inner in value.items())
        return "{" + ",".join(keys) + "}"
    if isinstance(value, list):
        return f"[{_form_of(value[0], depth - 1) if value and depth else ''}]"
    return "null" if value is None else "number" if isinstance(value, int | float) else "text"


def _form_of_text(text: str) -> str:
    """Return the form of a file: the marks of its first line, without words and numbers."""
    if not text.strip():
        return "empty"
    if text.lstrip()[:1] == "<":
        return "markup"
    if text.lstrip()[:1] in {"{", "["}:
        try:
            return _form_of(msgspec.json.decode(text), 1)
        except msgspec.DecodeError:
            return "broken"
    first = text.lstrip("\ufeff").splitlines()[0]
    marks = "".join(sorted({mark for mark in first if mark in ",;\t|"}))
    return f"{marks} {_NUMBER.sub('0', first)} {text[:1] == chr(0xFEFF)}"


def _differences(form: str, usual: str) -> tuple[list[str], list[str]]:
    """Return what one has more than the rest, and what it lacks."""
    ours, theirs = (set(re.split(r"[{},]", each)) - {""} for each in (form, usual))
    return sorted(ours - theirs), sorted(theirs - ours)


def _difference(more: list[str], less: list[str], number: int) -> str:
    words = [f"{number} others of its sort are alike, and it is not:"]
    if more:
        words.append(f"it has {', '.join(more[:3])}")
    if less:
        words.append(f"they have {', '.join(less[:3])}")
    return " ".join(words)[:400]
