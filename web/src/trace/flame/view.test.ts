import { expect, test } from "vitest";

import { moved, viewOf, WHOLE, zoomed } from "./view";

test("what is under the pointer stays under it", () => {
  const near = zoomed(WHOLE, 0.5, 0.25);
  expect(near).toEqual({ from: 0.125, to: 0.625 });
  expect(zoomed(near, 2, 0.25)).toEqual(WHOLE);
});

test("a view never leaves the whole", () => {
  expect(zoomed({ from: 0.75, to: 1 }, 2, 1)).toEqual({ from: 0.5, to: 1 });
  expect(moved({ from: 0.75, to: 1 }, 3)).toEqual({ from: 0.75, to: 1 });
  expect(moved({ from: 0.25, to: 0.5 }, -3)).toEqual({ from: 0, to: 0.25 });
  expect(zoomed(WHOLE, 9, 0.5)).toEqual(WHOLE);
});

test("a view of a box has a little of what is beside it, and some width for one without", () => {
  const { from, to } = viewOf(0.4, 0.5);
  expect(from).toBeLessThan(0.4);
  expect(to).toBeGreaterThan(0.5);
  const point = viewOf(0.4, 0.4);
  expect(point.to).toBeGreaterThan(point.from);
});
