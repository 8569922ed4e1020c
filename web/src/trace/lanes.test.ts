import { expect, test } from "vitest";

import type { LockStep, LockTimeline } from "../api/types";
import { hueOf, lanesOf } from "./lanes";

function step(owner: string, startMs: number, endMs: number | null): LockStep {
  return {
    what: "wait", lock: "l", lock_id: "1", owner, process: "p", outcome: "open", holder: null,
    start_unix_ns: `${startMs}000000`, end_unix_ns: endMs === null ? null : `${endMs}000000`,
    took_ms: null, event_id: owner, caller: null,
  };
}

function timeline(steps: LockStep[], deadlockMs?: number): LockTimeline {
  return {
    locks: [], owners: [], inversions: [], events: steps.length, cut: 0, locks_cut: 0, steps,
    start_unix_ns: "100000000", end_unix_ns: "200000000",
    deadlocks: deadlockMs === undefined ? [] : [{
      error_id: "e", event_id: "e", mechanism: "hang", message: "", locks: [],
      time_unix_ns: `${deadlockMs}000000`,
    }],
  };
}

test("an open wait reaches to the error that ended it", () => {
  const lanes = lanesOf(timeline([step("b", 150, null), step("a", 100, 150)], 300));
  expect(lanes?.owners).toEqual(["a", "b"]);
  expect(lanes?.tookMs).toBe(200);
  expect(lanes?.boxes.map(({ lane, left, width }) => [lane, left, width])).toEqual([
    [1, 0.25, 0.75],
    [0, 0, 0.25],
  ]);
});

test("no waits make no lanes", () => {
  expect(lanesOf(timeline([]))).toBeNull();
});

test("locks beside one another have unlike colours", () => {
  expect(hueOf(["x", "y"], "x")).not.toBe(hueOf(["x", "y"], "y"));
});
