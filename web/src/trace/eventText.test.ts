import { expect, test } from "vitest";

import { eventText } from "./eventText";

test("a kind says what says most of it", () => {
  const body = { level: "INFO", logger: "planner", message: "ready", file: "a.py" };
  expect(eventText({ kind: "log.emitted", body })).toBe("INFO planner ready");
});

test("a kind that is not known says all that it holds", () => {
  expect(eventText({ kind: "x.y", body: { a: 1, b: ["c"] } })).toBe('1 ["c"]');
});

test("a long text is cut", () => {
  expect(eventText({ kind: "x.y", body: { a: "z".repeat(900) } })).toHaveLength(241);
});
