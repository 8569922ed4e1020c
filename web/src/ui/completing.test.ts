import { expect, test } from "vitest";

import { charactersBefore, completed, placeAfter } from "./completing";

const offer = (text: string, start: number, end: number) => ({ text, start, end, about: "" });

test("a field goes where its beginning was written, and its value is written next", () => {
  expect(completed("status:error ses", offer("session:", 13, 16))).toEqual({
    text: "status:error session:",
    caret: 21,
  });
});

test("a value is followed by a space for the next term, but not by two", () => {
  expect(completed("session:t", offer("till", 8, 9))).toEqual({ text: "session:till ", caret: 13 });
  expect(completed("session:t status:ok", offer("till", 8, 9))).toEqual({
    text: "session:till status:ok",
    caret: 13,
  });
});

test("places are counted in whole characters", () => {
  const text = "name:🫖🫖 ses";
  expect(charactersBefore(text, text.length)).toBe(11);
  expect(placeAfter(text, 7)).toBe(9);
  expect(completed(text, offer("session:", 8, 11)).text).toBe("name:🫖🫖 session:");
});
