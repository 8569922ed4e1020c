"""docs/events.schema.json: says what a line of a journal is, kind by kind."""

from __future__ import annotations

import json
from pathlib import Path

from backtrail.model.event import ENVELOPE
from backtrail.model.vocabulary import KINDS

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "events.schema.json").read_text())


def test_each_kind_has_its_line() -> None:
    assert [line["properties"]["kind"]["const"] for line in SCHEMA["oneOf"]] == list(KINDS)


def test_the_envelope_of_the_schema_is_that_of_the_format() -> None:
    assert set(SCHEMA["$defs"]["Envelope"]["properties"]) == set(ENVELOPE)


def test_every_reference_leads_somewhere() -> None:
    names = set(SCHEMA["$defs"])
    references = {part.split('"')[0] for part in json.dumps(SCHEMA).split('"$ref": "#/$defs/')[1:]}
    assert references - names == set()
    assert references
