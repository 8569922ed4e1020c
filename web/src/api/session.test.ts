import { expect, test } from "vitest";

import { headersFor, keepCsrf, projectOf, searchFor } from "./session";

test("the address names a project unless it is the usual one", () => {
  expect(searchFor("default")).toBe("");
  expect(projectOf(searchFor("shop & till"))).toBe("shop & till");
  expect(projectOf("")).toBe("default");
});

test("what only reads says nothing of the page, what changes something does", () => {
  keepCsrf("abc");
  keepCsrf(null);
  expect(headersFor("GET", "?project=shop")).toEqual({ accept: "application/json", "X-Backtrail-Project": "shop" });
  expect(headersFor("POST", "")).toEqual({
    accept: "application/json", "content-type": "application/json", "X-CSRF-Token": "abc",
  });
});
