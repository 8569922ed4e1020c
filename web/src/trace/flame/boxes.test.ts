import { expect, test } from "vitest";

import type { OutlineRow } from "../../api/types";
import { extentOf } from "../waterfall";
import { boxAt, boxBeside, boxesByTime, LANES_MAX, parentsOf } from "./boxes";

/** A row of the outline: its depth, and its time in ms. */
function row(depth: number, start: number | null, took: number | null, name = "work"): OutlineRow {
  return {
    span_id: `${depth}-${start}`,
    parent: null,
    depth,
    name,
    status: took === null ? "unfinished" : "ok",
    start_unix_ns: start === null ? null : `${start}000000`,
    took_ns: took === null ? null : `${took}000000`,
    self_ns: took === null ? null : `${took}000000`,
    error: null,
  };
}

const extent = extentOf("0", "100000000");

test("a row stands in the last one that is less deep", () => {
  const rows = [0, 1, 2, 2, 1, 0].map((depth) => ({ depth }));
  expect([...parentsOf(rows)]).toEqual([-1, 0, 1, 1, 0, -1]);
});

test("a depth that is missing between two rows does not lose the outer one", () => {
  expect([...parentsOf([{ depth: 0 }, { depth: 3 }, { depth: 3 }])]).toEqual([-1, 0, 0]);
});

test("spans after one another share a lane, those at once do not", () => {
  const rows = [row(0, 0, 100), row(1, 10, 20), row(1, 15, 50), row(2, 20, 10), row(1, 70, 20)];
  const boxes = boxesByTime(rows, extent);
  expect([...boxes.lane]).toEqual([0, 1, 2, 3, 1]);
  expect([boxes.left[3], boxes.right[3]]).toEqual([0.2, 0.3]);
});

test("no box lies over another in its lane", () => {
  const rows = [row(0, 0, 100)];
  for (let at = 0; at < 300; at += 1) rows.push(row(1 + (at % 3), (at * 37) % 90, 1 + ((at * 13) % 20)));
  const boxes = boxesByTime(rows, extent);
  for (const lane of boxes.lanes) {
    for (let at = 1; at < lane.length; at += 1) {
      expect(boxes.left[lane[at]!]).toBeGreaterThanOrEqual(boxes.right[lane[at - 1]!]! - 1e-9);
    }
  }
  expect(boxes.lanes.reduce((sum, lane) => sum + lane.length, 0)).toBe(rows.length);
});

test("an open span reaches to the end, one without a beginning is not drawn", () => {
  const boxes = boxesByTime([row(0, 40, null), row(0, null, null)], extent);
  expect([boxes.left[0], boxes.right[0]]).toEqual([0.4, 1]);
  expect(boxes.lane[1]).toBe(-1);
});

test("lanes end somewhere, and what is drawn over others is counted", () => {
  const rows = Array.from({ length: LANES_MAX + 10 }, (_, depth) => row(depth, 0, 100));
  const boxes = boxesByTime(rows, extent);
  expect(boxes.lanes.length).toBe(LANES_MAX);
  expect(boxes.overlaid).toBe(10);
});

test("100,000 spans are laid out in well under a second", () => {
  const rows = Array.from({ length: 100_000 }, (_, at) => row(1 + (at % 5), at % 97, 1));
  const began = performance.now();
  boxesByTime(rows, extent);
  expect(performance.now() - began).toBeLessThan(2_000);
});

test("a box is found under the pointer, or near it", () => {
  const boxes = boxesByTime([row(0, 0, 100), row(1, 10, 20), row(1, 50, 1)], extent);
  expect(boxAt(boxes, 1, 0.15, 0)).toBe(1);
  expect(boxAt(boxes, 1, 0.4, 0)).toBe(-1);
  expect(boxAt(boxes, 1, 0.495, 0.01)).toBe(2);
  expect(boxAt(boxes, 7, 0.5, 0)).toBe(-1);
});

test("keys lead out of a box, into the longest one in it, and beside it", () => {
  const boxes = boxesByTime([row(0, 0, 100), row(1, 10, 20), row(1, 40, 50), row(2, 45, 5)], extent);
  expect(boxBeside(boxes, -1, "ArrowDown")).toBe(0);
  expect(boxBeside(boxes, 0, "ArrowDown")).toBe(2);
  expect(boxBeside(boxes, 2, "ArrowLeft")).toBe(1);
  expect(boxBeside(boxes, 2, "ArrowRight")).toBe(2);
  expect(boxBeside(boxes, 3, "ArrowUp")).toBe(2);
  expect(boxBeside(boxes, 3, "ArrowDown")).toBe(3);
  expect(boxBeside(boxes, 3, "Home")).toBe(0);
});
