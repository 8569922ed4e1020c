import { expect, test } from "vitest";

import { stepOf } from "./walking";

test.each([
  ["j", -1, 3, 0],
  ["ArrowDown", 2, 3, 2],
  ["k", 1, 3, 0],
  ["ArrowUp", 0, 3, 0],
  ["End", 0, 3, 2],
  ["Home", 2, 3, 0],
  ["x", 1, 3, 1],
  ["j", 0, 0, -1],
])("%s from %i of %i leads to %i", (key, at, count, to) => {
  expect(stepOf(key, at, count)).toBe(to);
});
