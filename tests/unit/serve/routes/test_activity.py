from __future__ import annotations

from starlette.testclient import TestClient


def test_what_ran_and_failed_is_counted_over_time(client: TestClient) -> None:
    told = client.get("/api/stats", params={"since": "2025-10-09", "buckets": 500}).json()
    assert sum(told["traces"]) == 2
    assert sum(told["failed"]) == 1
    assert len(told["traces"]) == len(told["failed"]) == 500
    by_name = {row["name"]: row for row in told["latency"]}
    assert by_name["checkout"]["failed"] == 1
    assert by_name["checkout"]["p95_ms"] >= by_name["python import.py"]["p95_ms"]


def test_without_a_time_it_is_the_last_day(client: TestClient) -> None:
    told = client.get("/api/stats").json()
    day = int(told["until_unix_ns"]) - int(told["since_unix_ns"])
    assert day == 86_400 * 10**9
    assert sum(told["traces"]) == 0


def test_too_many_parts_are_refused(client: TestClient) -> None:
    assert client.get("/api/stats?buckets=501").status_code == 422
    assert "which is no time" in client.get("/api/stats?since=soon").json()["detail"]
