// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";

import type { Why } from "../../api/types";
import { WhyTab } from "./WhyTab";

afterEach(cleanup);

const WHY: Why = {
  trace_id: "t", error_id: "e", error: "KeyError: 'lis/417'", where: "program.py:price_stay",
  suspects: [], note: null, events_read: 39, compared_with: null,
  candidates: [{
    kind: "llm_response", where: "program.py:choose_stay", place: null, score: 0.9, rules: [],
    event: { id: "p:7", kind: "llm.called", text: "answered", time_unix_ns: "1", before_ms: 161.2 },
    summary: "the model named a hotel", evidence: ["it shows 'HTL-LIS-0417'"],
    against: ["it answered with 200"], chain: [{ event_id: "p:7", where: null, text: "answered" }],
  }],
};

test("a candidate is shown with what speaks for it, against it, and its way to the crash", () => {
  const opened: string[] = [];
  render(<WhyTab why={WHY} onEvent={(id) => opened.push(id)} />);
  expect(screen.getByText("llm response")).toBeTruthy();
  expect(screen.getByText("161 ms before the error")).toBeTruthy();
  expect(screen.getByText("it shows 'HTL-LIS-0417'")).toBeTruthy();
  expect(screen.getByText("it answered with 200")).toBeTruthy();
  expect(screen.getByText("From there to the crash, in 1 step")).toBeTruthy();
  fireEvent.click(screen.getByRole("button", { name: "Show the event" }));
  expect(opened).toEqual(["p:7"]);
});

test("without a candidate the reason is told", () => {
  render(<WhyTab why={{ ...WHY, candidates: [], note: "nothing qualifies" }} onEvent={() => undefined} />);
  expect(screen.getByText("nothing qualifies")).toBeTruthy();
});
