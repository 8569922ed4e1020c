import { expect, test } from "vitest";

import type { OutlineRow } from "../api/types";
import { around, parents, toggled, visibleRows } from "./rows";

function row(id: string, depth: number): OutlineRow {
  return {
    span_id: id, parent: null, depth, name: id, status: "ok",
    start_unix_ns: "0", took_ns: "1", self_ns: "1", error: null,
  };
}

const rows = [row("a", 0), row("b", 1), row("c", 2), row("d", 1), row("e", 0)];
const ids = (shown: readonly OutlineRow[]) => shown.map((one) => one.span_id).join("");

test("a collapsed span hides every deeper row up to the next as shallow", () => {
  expect(ids(visibleRows(rows, new Set()))).toBe("abcde");
  expect(ids(visibleRows(rows, new Set(["b"])))).toBe("abde");
  expect(ids(visibleRows(rows, new Set(["a"])))).toBe("ae");
  expect(ids(visibleRows(rows, new Set(["a", "b"])))).toBe("ae");
});

test("only rows that hold others may be collapsed", () => {
  expect([...parents(rows)]).toEqual(["a", "b"]);
});

test("the rows around one are named from the outside in", () => {
  expect(around(rows, 2)).toEqual(["a", "b"]);
  expect(around(rows, 3)).toEqual(["a"]);
  expect(around(rows, 4)).toEqual([]);
});

test("toggling twice changes nothing, and never the set given", () => {
  const before = new Set(["a"]);
  expect([...toggled(toggled(before, "b"), "b")]).toEqual(["a"]);
  expect([...toggled(before, "a")]).toEqual([]);
  expect([...before]).toEqual(["a"]);
});

test("100,000 rows are folded in a few frames", () => {
  const many = Array.from({ length: 100_000 }, (_, at) => row(String(at), at % 100 ? 1 : 0));
  const began = performance.now();
  expect(visibleRows(many, new Set(["0"])).length).toBe(100_000 - 99);
  expect(performance.now() - began).toBeLessThan(100);
});
