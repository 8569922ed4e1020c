import { expect, test } from "vitest";

import type { OutlineRow } from "../../api/types";
import { boxesByName, mergedByName } from "./names";

function row(depth: number, name: string, ownMs: number | null, status: OutlineRow["status"] = "ok"): OutlineRow {
  const ns = ownMs === null ? null : `${ownMs}000000`;
  return {
    span_id: `${name}-${ownMs}`, parent: null, depth, name, status,
    start_unix_ns: "0", took_ns: ns, self_ns: ns, error: null,
  };
}

const rows = [
  row(0, "request", 10),
  row(1, "query", 20),
  row(1, "render", 5),
  row(1, "query", 25, "error"),
  row(2, "parse", 40),
  row(0, "request", null),
  row(1, "query", 0),
];

test("spans of one name below the same names are one", () => {
  const { named, untimed } = mergedByName(rows);
  expect(named.map(({ name, depth, count }) => [name, depth, count])).toEqual([
    ["request", 0, 2],
    ["query", 1, 3],
    ["render", 1, 1],
    ["parse", 2, 1],
  ]);
  expect(named[1]).toMatchObject({ ownMs: 45, totalMs: 85, failed: 1 });
  expect(named[0]).toMatchObject({ ownMs: 10, totalMs: 100 });
  expect(untimed).toBe(1);
});

test("boxes are as wide as their time, the widest first, inside of what they stand in", () => {
  const boxes = boxesByName(mergedByName(rows).named);
  const at = (box: number) => [boxes.left[box], boxes.right[box]].map((part) => Number(part?.toFixed(9)));
  expect(at(0)).toEqual([0, 1]);
  expect(at(1)).toEqual([0, 0.85]);
  expect(at(2)).toEqual([0.85, 0.9]);
  expect(at(3)).toEqual([0, 0.4]);
  expect(boxes.lanes.map((lane) => [...lane])).toEqual([[0], [1, 2], [3]]);
});

test("spans without a time make no boxes", () => {
  expect(boxesByName(mergedByName([row(0, "open", null)]).named).lanes).toEqual([]);
});
