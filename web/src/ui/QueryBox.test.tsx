// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { useState } from "react";
import { afterEach, expect, test } from "vitest";

import { QueryBox } from "./QueryBox";

afterEach(cleanup);

function Page() {
  const [query, setQuery] = useState("");
  return (
    <>
      <QueryBox query={query} onQuery={setQuery} offers={["status:error"]} />
      <output>{query}</output>
    </>
  );
}

const asked = () => document.querySelector("output")?.textContent;

test("the query is asked when it is sent, not at each key", () => {
  render(<Page />);
  fireEvent.change(screen.getByLabelText("Query"), { target: { value: " name:llm* " } });
  expect(asked()).toBe("");
  fireEvent.submit(screen.getByRole("search"));
  expect(asked()).toBe("name:llm*");
});

test("an offer is added, shown in the box, and taken away", () => {
  render(<Page />);
  const offer = screen.getByRole("button", { name: "status:error" });
  fireEvent.click(offer);
  expect(screen.getByLabelText<HTMLInputElement>("Query").value).toBe("status:error");
  expect(offer.getAttribute("aria-pressed")).toBe("true");
  fireEvent.click(offer);
  expect(asked()).toBe("");
});

test("a slash leads into the box, and is no text of it", () => {
  render(<Page />);
  const isTyped = fireEvent.keyDown(window, { key: "/" });
  expect(isTyped).toBe(false);
  expect(document.activeElement).toBe(screen.getByLabelText("Query"));
});
