import { expect, test } from "vitest";

import { agoText, betweenMs, nsOf, tookText, unixMs } from "./time";

test.each([
  [null, "–"],
  [0, "0 ms"],
  [0.00185, "1.85 µs"],
  [0.853, "853 µs"],
  [12.44, "12.4 ms"],
  [999.4, "999 ms"],
  [999.6, "1.00 s"],
  [2100, "2.10 s"],
  [185_000, "3 min 05 s"],
  [7_320_000, "2 h 02 min"],
])("%s ms is told as %s", (ms, text) => {
  expect(tookText(ms)).toBe(text);
});

test("nanoseconds are subtracted without losing any", () => {
  expect(betweenMs("1795299545306639106", "1795299545306640357")).toBeCloseTo(0.001251, 9);
});

test.each([
  [1, "now"],
  [31, "31 s ago"],
  [125, "2 min ago"],
  [7_300, "2 h ago"],
  [200_000, "2 d ago"],
])("%s seconds before is %s", (seconds, text) => {
  expect(agoText("1795299545000000000", 1795299545000 + seconds * 1000)).toBe(text);
});

test("a moment in ISO 8601 becomes nanoseconds", () => {
  expect(unixMs(nsOf("2026-11-21T22:19:05.306639Z"))).toBe(Date.UTC(2026, 10, 21, 22, 19, 5, 306));
});
