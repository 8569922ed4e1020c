import { expect, test } from "vitest";

import { commandText, costText, nameText, pathText, placeText, several, term, valueText } from "./text";

test("a place is its file's name, line and function", () => {
  expect(placeText({ file: "/a/b/program.py", line: 97, function: "price_stay" })).toBe(
    "program.py:97 price_stay",
  );
  expect(placeText({ file: null, line: null, function: null })).toBe("");
});

test("an unknown cost is a dash and never a zero", () => {
  expect(costText(null)).toBe("–");
  expect(costText(0)).toBe("$0.00000");
  expect(costText(1.234)).toBe("$1.23");
});

test("a command begins with its program's name", () => {
  expect(commandText(["/usr/bin/python3", "app.py", "--day", "7"])).toBe("python3 app.py --day 7");
  expect(nameText("/usr/bin/python3 app.py")).toBe("python3 app.py");
  expect(nameText("GET /orders")).toBe("GET /orders");
});

test("a pointer is read with its slashes", () => {
  expect(pathText("/lis~1147/until")).toBe("lis/147 › until");
  expect(pathText("/a~01")).toBe("a~1");
});

test("a term is quoted where it has to be", () => {
  expect(term("name", "llm*")).toBe("name:llm*");
  expect(term("name", 'say "hi" now')).toBe('name:"say \\"hi\\" now"');
});

test("a long value is cut and says so", () => {
  expect(valueText("abcdef", 4)).toBe('"abc…');
});

test("one is not several", () => {
  expect([several(1, "trace"), several(2, "trace"), several(1200, "event")]).toEqual([
    "1 trace",
    "2 traces",
    "1,200 events",
  ]);
});
