// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";

import { Frames } from "./Frames";

afterEach(cleanup);

const FRAMES = [
  { file: "/lib/json.py", line: 3, function: "loads", qualified: "loads", code: "raise", locals: null },
  {
    file: "/app/program.py", line: 97, function: "price", qualified: "Trip.price", is_app: true,
    code: "terms = contracts[key]", locals: { key: "lis/417" },
    source: [{ line: 96, text: "nights = 3" }, { line: 97, text: "terms = contracts[key]" }],
  },
];

test("the innermost frame of the user's own code is open, its failing line marked", () => {
  render(<Frames frames={FRAMES} cut={4} />);
  const [library, own] = screen.getAllByRole("button");
  expect(library?.getAttribute("aria-expanded")).toBe("false");
  expect(own?.getAttribute("aria-expanded")).toBe("true");
  const source = screen.getByLabelText("Source of price");
  expect(source.querySelector("[aria-current]")?.textContent).toContain("terms = contracts[key]");
  expect(within(screen.getByLabelText("Locals of price")).getByText('"lis/417"')).toBeTruthy();
  expect(screen.getByText("4 frames more were not kept")).toBeTruthy();
});

test("a frame without locals says so", () => {
  render(<Frames frames={FRAMES} cut={0} />);
  fireEvent.click(screen.getByText("loads"));
  expect(screen.getByText("No locals were kept of this frame.")).toBeTruthy();
});
