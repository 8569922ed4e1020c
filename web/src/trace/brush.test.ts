import { expect, test } from "vitest";

import { rangeOf, rangeOn, stretchBetween, stretchOn, windowOf, withRange } from "./brush";

const NOW = Date.UTC(2026, 10, 21, 12);
const HOUR = 3_600_000;
/** Twelve buckets of an hour, up to now. */
const stats = {
  since_unix_ns: `${NOW - 12 * HOUR}000000`,
  until_unix_ns: `${NOW}000000`,
  bucket_ns: `${HOUR}000000`,
  traces: Array.from({ length: 12 }, () => 1),
  failed: Array.from({ length: 12 }, () => 0),
  latency: [],
};

test.each([
  ["since:2h", { sinceMs: NOW - 2 * HOUR, untilMs: null }],
  ["status:error since:2026-11-21T10:00:00Z until:2026-11-21T11:00:00Z", { sinceMs: NOW - 2 * HOUR, untilMs: NOW - HOUR }],
  ['text:"since:2h"', { sinceMs: null, untilMs: null }],
  ["since:soon", { sinceMs: null, untilMs: null }],
])("%s says when", (query, range) => {
  expect(rangeOf(query, NOW)).toEqual(range);
});

test("another stretch takes the place of the one before", () => {
  const range = { sinceMs: NOW - 3 * HOUR + 900, untilMs: NOW - HOUR - 900 };
  const query = withRange("since:1h status:error until:15min", range);
  expect(query).toBe("status:error since:2026-11-21T09:00:00Z until:2026-11-21T11:00:00Z");
  expect(withRange(query, { sinceMs: null, untilMs: null })).toBe("status:error");
});

test("a stretch holds for both sides of an or", () => {
  const range = { sinceMs: NOW, untilMs: null };
  expect(withRange("name:a or name:b", range)).toBe("(name:a or name:b) since:2026-11-21T12:00:00Z");
  expect(withRange("name:orders", range)).toBe("name:orders since:2026-11-21T12:00:00Z");
});

test("a stretch of buckets becomes a time, and the time the same stretch", () => {
  const range = rangeOn(stats, [3, 7]);
  expect(range).toEqual({ sinceMs: NOW - 9 * HOUR, untilMs: NOW - 5 * HOUR });
  expect(stretchOn(stats, range)).toEqual([3, 7]);
});

test("a stretch up to the end is open, and the whole is none", () => {
  expect(rangeOn(stats, [10, 12])).toEqual({ sinceMs: NOW - 2 * HOUR, untilMs: null });
  expect(rangeOn(stats, [0, 12])).toEqual({ sinceMs: null, untilMs: null });
  expect(stretchOn(stats, { sinceMs: null, untilMs: null })).toBeNull();
  expect(stretchOn(stats, { sinceMs: null, untilMs: NOW - 20 * HOUR })).toBeNull();
});

test.each([
  [0.1, 0.3, [1, 4]],
  [0.3, 0.1, [1, 4]],
  [0.5, 0.5, [6, 7]],
  [-1, 2, [0, 12]],
  [1, 1, [11, 12]],
])("from %d to %d are the buckets %j", (one, other, stretch) => {
  expect(stretchBetween(one, other, 12)).toEqual(stretch);
});

test("a plot reaches as far back as the query does, unless another reach is chosen", () => {
  const before = (hours: number) => ({ sinceMs: NOW - hours * HOUR, untilMs: null });
  expect(windowOf(null, before(1), NOW)).toBe("24h");
  expect(windowOf(null, before(100), NOW)).toBe("7d");
  expect(windowOf(null, before(100_000), NOW)).toBe("30d");
  expect(windowOf("1h", before(100), NOW)).toBe("1h");
  expect(windowOf("toString", before(1), NOW)).toBe("24h");
});
