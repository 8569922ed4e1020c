// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";

import type { PathStep } from "../../api/types";
import { PathTab } from "./PathTab";

afterEach(cleanup);

const step = (spanId: string | null, name: string, share: number): PathStep => ({
  span_id: spanId, name, depth: 1, start_unix_ns: "0", until_unix_ns: "0", on_path_ms: share * 100, share,
});
const steps = [step("a", "load", 0.25), step(null, "(outside of any span)", 0.05), step("b", "save", 0.7)];
const names = () => screen.getAllByRole("listitem").map((one) => one.textContent);

test("each step says its share, and the longest come first when asked", () => {
  const chosen: string[] = [];
  render(<PathTab steps={steps} total={3} tookMs={100} selected={null} onSpan={(id) => chosen.push(id)} />);
  expect(names()).toEqual(["load25 %25.0 ms", "(outside of any span)5.0 %5.00 ms", "save70 %70.0 ms"]);
  fireEvent.click(screen.getByRole("button", { name: "Longest first" }));
  expect(names()[0]).toContain("save");
  fireEvent.click(screen.getByRole("button", { name: /save/ }));
  fireEvent.click(screen.getByRole("button", { name: /outside/ }));
  expect(chosen).toEqual(["b"]);
});
