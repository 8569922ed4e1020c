import { expect, test } from "vitest";

import { messageOf, toolCallOf, toolName } from "./messages";

test("a message with a text", () => {
  expect(messageOf({ role: "user", content: "hi" })).toEqual({ role: "user", text: "hi", toolCalls: [] });
});

test("blocks with a tool's use among them", () => {
  const content = [
    { type: "text", text: "Let me look." },
    { type: "tool_use", id: "t1", name: "find", input: { key: "a" } },
  ];
  expect(messageOf({ role: "assistant", content })).toEqual({
    role: "assistant",
    text: "Let me look.",
    toolCalls: [{ name: "find", arguments: { key: "a" } }],
  });
});

test("calls beside the text, their arguments written as JSON", () => {
  const calls = [{ id: "c", type: "function", function: { name: "add", arguments: '{"a":1}' } }];
  expect(messageOf({ role: "assistant", content: null, tool_calls: calls })).toEqual({
    role: "assistant",
    text: "",
    toolCalls: [{ name: "add", arguments: { a: 1 } }],
  });
});

test("parts without types", () => {
  const parts = [{ text: "a" }, { functionCall: { name: "go", args: { n: 2 } } }];
  expect(messageOf({ role: "model", parts })).toEqual({
    role: "model",
    text: "a",
    toolCalls: [{ name: "go", arguments: { n: 2 } }],
  });
});

test("a tool's answer, what was cut, and what has no known shape", () => {
  expect(messageOf({ type: "function_call_output", output: "4" })).toMatchObject({ role: "tool", text: "4" });
  expect(messageOf({ $cut: 7 })).toMatchObject({ role: "…", text: "7 more were not kept" });
  expect(messageOf([1])).toMatchObject({ role: "?", text: "[1]" });
});

test("arguments that are no JSON stay as they came", () => {
  expect(toolCallOf({ name: "f", arguments: "{oops" })).toEqual({ name: "f", arguments: "{oops" });
  expect(toolName({ type: "function", function: { name: "f" } })).toBe("f");
});
