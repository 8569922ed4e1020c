import { expect, test } from "vitest";

import { axisText, buckets, scaleEnd, totals } from "./buckets";

const stats = {
  since_unix_ns: "1000000000",
  until_unix_ns: "3000000000",
  bucket_ns: "1000000000",
  traces: [5, 2],
  failed: [1, 2],
  latency: [],
};

test("a bucket tells what went well apart from what failed", () => {
  expect(buckets(stats)).toEqual([
    { startMs: 1000, ok: 4, failed: 1 },
    { startMs: 2000, ok: 0, failed: 2 },
  ]);
  expect(totals(stats)).toEqual({ traces: 7, failed: 3 });
});

test.each([
  [0, 1],
  [1, 1],
  [3, 5],
  [15, 20],
  [51, 100],
  [1000, 1000],
])("a scale for %i ends at %i", (most, end) => {
  expect(scaleEnd(most)).toBe(end);
});

test("an axis says the day only where it matters", () => {
  const at = new Date(2026, 10, 21, 22, 5).getTime();
  expect(axisText(at, 3_600_000)).toBe("22:05");
  expect(axisText(at, 86_400_000)).toBe("Nov 21 22:05");
  expect(axisText(at, 7 * 86_400_000)).toBe("Nov 21");
});
