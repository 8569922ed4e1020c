import { expect, test } from "vitest";

import { barOf, extentOf, stepBarOf, ticks } from "./waterfall";

const START = "1795299545000000000";
const after = (ms: number) => String(BigInt(START) + BigInt(ms) * 1_000_000n);
const extent = extentOf(START, after(200));

test("a bar lies where its span ran", () => {
  expect(barOf({ start_unix_ns: after(50), took_ns: "100000000" }, extent)).toEqual({
    left: 25,
    width: 50,
  });
});

test("a span without an end reaches to the end", () => {
  expect(barOf({ start_unix_ns: after(150), took_ns: null }, extent)).toEqual({
    left: 75,
    width: 25,
  });
});

test("a span whose beginning is not known has no bar", () => {
  expect(barOf({ start_unix_ns: null, took_ns: null }, extent)).toBeNull();
});

test("a span of another clock stays on the page", () => {
  expect(barOf({ start_unix_ns: after(-900), took_ns: "99000000000" }, extent)).toEqual({
    left: 0,
    width: 100,
  });
  expect(barOf({ start_unix_ns: after(9000), took_ns: "1" }, extent)).toEqual({ left: 100, width: 0 });
});

test("a trace of no time can be drawn", () => {
  expect(barOf({ start_unix_ns: START, took_ns: "0" }, extentOf(START, START))).toEqual({
    left: 0,
    width: 0,
  });
});

test("ticks are round", () => {
  expect(ticks(515, 4)).toEqual([0, 200, 400]);
  expect(ticks(8, 4)).toEqual([0, 2, 4, 6, 8]);
});

test("a step of the critical path lies where the path is in its span", () => {
  const step = { start_unix_ns: after(50), until_unix_ns: after(150) };
  expect(stepBarOf(step, extent)).toEqual({ left: 25, width: 50 });
});
