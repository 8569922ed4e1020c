from __future__ import annotations

from backtrail.model.event import Event
from backtrail.trail.cause.rules.data.setting import find
from causes import error, event, findings, frame, place

RAISED = error(
    "KeyError", "'2024-03-31'",
    frame("compare", "targets[day]", day="2024-03-31", targets={}),
    frame("main", "compare()", settings={"$type": "a.Settings", "utc_offset": -6, "title": "Days"}),
)  # fmt: skip


def variable(name: str, value: str | None, at: int = 2) -> Event:
    return event("environment.read", at, name=name, value=value, caller=place("load"))


def settings_file(content: str) -> Event:
    return event("file.opened", 1, path="/app/report.toml", mode="read", content=content)


def test_a_variable_that_overrides_a_settings_file_is_found() -> None:
    found = findings(
        find, RAISED, settings_file("utc_offset = 1\n"), variable("REPORT_UTC_OFFSET", "-6")
    )
    assert (found[0].kind, found[0].fact.event.seq) == ("env", 2)
    assert "it overrides `utc_offset = 1` of report.toml" in found[0].evidence
    plain = findings(find, RAISED, variable("REPORT_UTC_OFFSET", "-6"))
    assert plain[0].score < found[0].score


def test_a_switch_that_says_no_and_was_taken_for_yes_is_found() -> None:
    raised = error("X", "x", frame("f", "raise X", options={"$type": "a.O", "dry_run": True}))
    found = findings(find, raised, variable("BACKUP_DRY_RUN", "false"))
    assert found[0].score > 0.8
    assert findings(find, raised, variable("BACKUP_DRY_RUN", "true"))[0].score <= 0.5


def test_a_variable_that_is_not_set_is_found_where_its_stand_in_failed() -> None:
    raised = error(
        "KeyError", "'gbp'", frame("price", "prices[currency]", currency="gbp", prices={})
    )
    found = findings(
        find, raised, variable("HOUSE_CURRENCY", None), variable("HOUSE_GROUP", None, 3)
    )
    assert [each.fact.event.seq for each in found] == [2]
    assert "HOUSE_CURRENCY is not set" in found[0].evidence[0]


def test_a_variable_that_is_not_set_is_found_where_something_is_none() -> None:
    raised = error(
        "AttributeError", "'NoneType' object has no attribute 'split'",
        frame("f", "proxy.split()", proxy=None),
    )  # fmt: skip
    assert findings(find, raised, variable("APP_PROXY", None))[0].score > 0.6


def test_a_variable_that_is_set_to_nothing_weighs_more_than_one_with_a_value() -> None:
    raised = error("X", "x", frame("f", "raise X", api_region=""))
    assert any("set, but to nothing" in said
               for each in findings(find, raised, variable("API_REGION", ""))
               for said in each.evidence)  # fmt: skip


def test_a_variable_of_another_name_and_value_is_no_cause() -> None:
    assert findings(find, RAISED, variable("HOME", "/root")) == []


def test_a_settings_file_weighs_less_than_a_variable() -> None:
    found = findings(find, RAISED, settings_file("utc_offset = -6\n"))
    assert found[0].kind == "config"
    assert found[0].score < 0.42


def test_a_line_that_did_not_reach_the_variable_of_its_name_is_found() -> None:
    raised = error(
        "ZeroDivisionError", "division by zero",
        frame("minutes", "n / self.recipients", self={"$type": "a.Gate", "recipients": 0}),
    )  # fmt: skip
    found = findings(find, raised, settings_file("[limits.domain]\nrecipients = 40\n"))
    assert "it says '40' under the name of `self.recipients`, which is '0'" in found[0].evidence
    assert (
        findings(find, raised, settings_file("recipients = 0\n"))[0].evidence != found[0].evidence
    )
