from __future__ import annotations

from backtrail.trail.cause.rules.data.value_origin import find
from causes import error, event, findings, frame

RAISED = error(
    "KeyError", "'lis/417'",
    frame("price", "contracts[key]", key="lis/417", contracts={"lis/92": 1}),
)  # fmt: skip


def test_what_a_model_made_up_is_its_origin() -> None:
    invented = event("llm.called", 5, text='{"hotel": "HTL-LIS-0417"}', messages=[{"content": "x"}])
    found = findings(find, RAISED, invented)
    assert found[0].kind == "llm_response"
    assert found[0].score > 0.6
    assert any("made it up" in said for said in found[0].evidence)


def test_what_a_model_was_given_is_not_its_invention() -> None:
    given = event(
        "llm.called", 5, text='{"hotel": "HTL-LIS-0417"}', messages=[{"content": "HTL-LIS-0417"}]
    )
    echoed = findings(find, RAISED, given)
    assert all("made it up" not in said for each in echoed for said in each.evidence)


def test_the_first_of_two_events_is_the_origin() -> None:
    first = event("http.called", 1, response_body={"id": "lis/417"})
    second = event("llm.called", 2, text="lis/417")
    assert [each.fact.event.seq for each in findings(find, RAISED, first, second)] == [1]


def test_a_file_weighs_less_than_an_answer() -> None:
    file = event("file.opened", 1, path="/a.csv", mode="read", content="id\nlis/417\n")
    call = event("http.called", 1, response_body={"id": "lis/417"})
    assert findings(find, RAISED, file)[0].score < findings(find, RAISED, call)[0].score


def test_a_number_that_came_as_text_explains_an_error_of_types() -> None:
    raised = error(
        "TypeError", "can't multiply sequence by non-int of type 'float'",
        frame("cost", "price * lot", price=5.5, lot="5000"),
    )  # fmt: skip
    text, number = (
        findings(find, raised, event("http.called", 1, response_body={"lot": lot}))
        for lot in ("5000", 17)
    )
    assert text[0].score > 0.7
    assert number == []


def test_what_is_none_is_not_of_a_wrong_type() -> None:
    raised = error(
        "TypeError", "cannot unpack non-iterable NoneType object",
        frame("strength", "a, b = ticket(region)", region="us-east"),
    )  # fmt: skip
    found = findings(find, raised, event("http.called", 1, response_body={"r": "us-east"}))
    assert all("about its type" not in said for each in found for said in each.evidence)


def test_arguments_of_the_command_line_are_taken_together() -> None:
    raised = error(
        "ZeroDivisionError", "division by zero",
        frame("average", "total / len(marks)", first="2024-06-30", last="2024-02-01"),
    )  # fmt: skip
    started = event(
        "process.started", 1, argv=["app.py", "--from", "2024-06-30", "--to", "2024-02-01"]
    )
    found = findings(find, raised, started)
    assert found[0].kind == "argument"
    assert found[0].score > 0.42


def test_a_text_that_a_conversion_refused_leads_to_the_file_that_held_it() -> None:
    raised = error(
        "ValueError", "could not convert string to float: 'on request'",
        frame("due", "float(rate)", rate="on request"),
    )  # fmt: skip
    file = event(
        "file.opened", 1, path="/a/rates.json", mode="read", content='{"suite": "on request"}'
    )
    assert findings(find, raised, file)[0].score > 0.42
