from __future__ import annotations

import msgspec
import pytest

from backtrail.model import settings
from backtrail.model.errors import UsageError
from backtrail.model.settings import (
    ABOUT,
    DEFAULTS,
    Layer,
    Settings,
    Value,
    parse,
    parse_switch,
    settle,
    shown,
)

ON = ["1", "true", "yes", "on", "TRUE", " On ", "Yes"]
OFF = ["0", "false", "no", "off", "", "False", " NO "]


@pytest.mark.parametrize("text", ON)
def test_a_switch_that_says_yes_is_on(text: str) -> None:
    assert parse_switch(text, name="enabled") is True


@pytest.mark.parametrize("text", OFF)
def test_a_switch_that_says_no_is_off(text: str) -> None:
    assert parse_switch(text, name="enabled") is False


@pytest.mark.parametrize("text", ["2", "y", "enable", "nein", "-1", "on off"])
def test_what_is_no_switch_is_refused_by_name(text: str) -> None:
    with pytest.raises(UsageError, match=f"enabled is '{text}', which is no switch"):
        parse_switch(text, name="enabled")


def test_every_setting_is_explained() -> None:
    assert list(ABOUT) == [field.name for field in msgspec.structs.fields(Settings)]


@pytest.mark.parametrize(
    ("name", "given", "value"),
    [
        ("enabled", "no", False),
        ("enabled", True, True),
        ("mode", "flight", "flight"),
        ("session", "friday", "friday"),
        ("session", "", None),
        ("hang_after_s", "2.5", 2.5),
        ("hang_after_s", "", None),
        ("hang_after_s", 3, 3.0),
        ("ring_events", "50", 50),
        ("ring_idle_s", "1", 1.0),
        ("redact_names", "pin, iban ,", ("pin", "iban")),
        ("tags", ["db", "http"], ("db", "http")),
        ("keep_days", 7, 7.0),
    ],
)
def test_what_is_given_becomes_the_type_of_the_setting(
    name: str, given: object, value: object
) -> None:
    parsed = parse(name, given, source="here")
    assert parsed == value
    assert type(parsed) is type(value)


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("enabled", "maybe"),
        ("mode", "loud"),
        ("ring_events", "many"),
        ("ring_events", 0),
        ("ring_events", "-3"),
        ("hang_after_s", "0"),
        ("hang_after_s", "soon"),
        ("keep_days", None),
        ("keep_days", ""),
        ("slow_ms", "nan"),
        ("ring_events", None),
        ("tags", 5),
        ("redact_names", None),
        ("hang_after_s", []),
    ],
)
def test_what_does_not_fit_is_refused(name: str, given: object) -> None:
    with pytest.raises(UsageError):
        parse(name, given, source="pyproject.toml")


def test_a_refusal_says_where_the_value_stood_and_what_the_setting_does() -> None:
    with pytest.raises(UsageError) as refused:
        parse("ring_events", "many", source="pyproject.toml")
    assert refused.value.message == "pyproject.toml sets ring_events to 'many', which does not fit"
    assert refused.value.hint == ABOUT["ring_events"]


def test_an_unknown_setting_is_refused_with_the_way_to_the_known_ones() -> None:
    with pytest.raises(UsageError, match="here sets 'moed', which is no setting") as refused:
        parse("moed", "full", source="here")
    assert "backtrail config" in refused.value.hint


def test_the_strongest_layer_wins_and_is_named() -> None:
    found, sources = settle(
        [
            Layer(source="argument", values={"mode": "flight"}),
            Layer(source="BACKTRAIL_MODE", values={"mode": "full", "session": "friday"}),
        ]
    )
    assert (found.mode, sources["mode"]) == ("flight", "argument")
    assert (found.session, sources["session"]) == ("friday", "BACKTRAIL_MODE")
    assert (found.ring_events, sources["ring_events"]) == (DEFAULTS.ring_events, "default")


def test_a_weaker_layer_that_does_not_fit_is_still_refused() -> None:
    with pytest.raises(UsageError):
        settle(
            [Layer(source="a", values={"mode": "full"}), Layer(source="b", values={"mode": "x"})]
        )


def test_no_layers_give_the_defaults() -> None:
    assert settle([]) == (settings.DEFAULTS, dict.fromkeys(ABOUT, "default"))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("postgresql://me:secret@db/t", "postgresql://me:***@db/t"),
        ("postgresql://me:sec/r@e:t?#@db/t", "postgresql://me:***@db/t"),
        ("postgresql://me@db:5432/t", "postgresql://me@db:5432/t"),
        ("postgresql:///t?host=/run", "postgresql:///t?host=/run"),
        ("sqlite", "sqlite"),
        (7, 7),
        (None, None),
    ],
)
def test_an_address_is_shown_without_its_password(value: Value, expected: Value) -> None:
    assert shown(value) == expected
