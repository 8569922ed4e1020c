import { expect, test } from "vitest";

import type { EventLine, Json } from "../api/types";
import { isFailure, lanesOf, stretchOf } from "./strip";

function event(kind: string, atMs: number, body: Record<string, Json> = {}): EventLine {
  return {
    event_id: `p:${atMs}`, text: kind, kind, time: "", process: "p", thread: null, task: null,
    time_unix_ns: String(1_000_000_000n + BigInt(atMs) * 1_000_000n), span_id: null, body,
  };
}

test("a call lies where it began, in the lane of its sort", () => {
  const events = [
    event("process.started", 0),
    event("llm.called", 150, { took_ms: 50 }),
    event("log.emitted", 200),
  ];
  const stretch = stretchOf(events);
  expect(stretch).toEqual({ startNs: "1100000000", tookMs: 100 });
  const lanes = stretch ? lanesOf(events, stretch) : [];
  expect(lanes.map((lane) => [lane.name, lane.marks.map(({ left, width }) => [left, width])])).toEqual([
    ["models", [[0, 50]]],
    ["log", [[100, 0]]],
  ]);
});

test("events without a lane make no strip", () => {
  expect(stretchOf([event("process.started", 0)])).toBeNull();
});

test.each([
  ["error.raised", {}, true],
  ["exception.handled", {}, false],
  ["log.emitted", { level: "ERROR" }, true],
  ["log.emitted", { level: "INFO" }, false],
  ["http.called", { status: 422 }, true],
  ["http.called", { status: 201 }, false],
  ["llm.called", { error: "timed out" }, true],
  ["subprocess.ended", { exit_code: 1 }, true],
  ["subprocess.ended", { exit_code: 0 }, false],
])("%s with %j is a failure: %s", (kind, body, failed) => {
  expect(isFailure({ kind, body: body as Record<string, Json> })).toBe(failed);
});
