import { expect, test } from "vitest";

import { placeBehind } from "./place";

test.each([
  ["/traces/abc?tab=why&span=1", "/traces/abc?tab=why&span=1"],
  [null, "/"],
  ["//elsewhere.example/", "/"],
  ["/\\elsewhere.example", "/"],
  ["https://elsewhere.example", "/"],
  ["/sign-in?to=/sign-in", "/"],
])("after %s one is at %s", (to, place) => {
  expect(placeBehind(to)).toBe(place);
});
