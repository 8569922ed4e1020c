// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { useState } from "react";
import { afterEach, expect, test } from "vitest";

import { QueryBox } from "./QueryBox";
import type { Complete } from "./useCompletions";

afterEach(cleanup);

const FIELDS = ["session:", "since:", "spans:"];

/** Offers the fields that begin as the text ends. */
const fields: Complete = async (text, position) =>
  FIELDS.filter((one) => one.startsWith(text.slice(0, position).split(" ").at(-1) ?? "")).map((one) => ({
    text: one,
    start: text.slice(0, position).lastIndexOf(" ") + 1,
    end: position,
    about: "",
  }));

function Page({ complete = fields }: { complete?: Complete }) {
  const [query, setQuery] = useState("");
  return (
    <>
      <QueryBox query={query} onQuery={setQuery} offers={["status:error"]} complete={complete} />
      <output>{query}</output>
    </>
  );
}

const asked = () => document.querySelector("output")?.textContent;
const box = () => screen.getByLabelText<HTMLInputElement>("Query");
const write = (value: string) => fireEvent.change(box(), { target: { value } });
const press = (key: string) => fireEvent.keyDown(box(), { key });

test("the query is asked when it is sent, not at each key", () => {
  render(<Page />);
  write(" name:llm* ");
  expect(asked()).toBe("");
  fireEvent.submit(screen.getByRole("search"));
  expect(asked()).toBe("name:llm*");
});

test("an offer is added, shown in the box, and taken away", () => {
  render(<Page />);
  const offer = screen.getByRole("button", { name: "status:error" });
  fireEvent.click(offer);
  expect(box().value).toBe("status:error");
  expect(offer.getAttribute("aria-pressed")).toBe("true");
  fireEvent.click(offer);
  expect(asked()).toBe("");
});

test("a slash leads into the box, and is no text of it", () => {
  render(<Page />);
  const isTyped = fireEvent.keyDown(window, { key: "/" });
  expect(isTyped).toBe(false);
  expect(document.activeElement).toBe(box());
});

test("keys alone choose a way to go on, and the box says which", async () => {
  render(<Page />);
  write("status:ok s");
  expect((await screen.findAllByRole("option")).map((one) => one.textContent)).toEqual(FIELDS);
  expect(box().getAttribute("aria-expanded")).toBe("true");
  press("ArrowDown");
  press("ArrowDown");
  const chosen = document.getElementById(box().getAttribute("aria-activedescendant") ?? "");
  expect(chosen?.textContent).toBe("since:");
  expect(chosen?.getAttribute("aria-selected")).toBe("true");
  expect(press("Enter")).toBe(false);
  expect(box().value).toBe("status:ok since:");
  expect(asked()).toBe("");
});

test("the way up from the box leads to the last one, and Escape closes the list first", async () => {
  render(<Page />);
  write("s");
  await screen.findAllByRole("option");
  press("ArrowUp");
  expect(screen.getByRole("option", { selected: true }).textContent).toBe("spans:");
  press("Escape");
  expect(screen.queryAllByRole("option")).toEqual([]);
  expect(box().value).toBe("s");
});

test("an answer to what was written before is dropped", async () => {
  const waiting: ((offers: string[]) => void)[] = [];
  const slow: Complete = () =>
    new Promise((done) => {
      waiting.push((offers) => done(offers.map((text) => ({ text, start: 0, end: 0, about: "" }))));
    });
  render(<Page complete={slow} />);
  write("s");
  await expect.poll(() => waiting.length).toBe(1);
  write("se");
  await expect.poll(() => waiting.length).toBe(2);
  waiting[1]?.(["second:"]);
  await screen.findByRole("option", { name: "second:" });
  await act(async () => waiting[0]?.(["first:"]));
  expect(screen.getAllByRole("option").map((one) => one.textContent)).toEqual(["second:"]);
});
