// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import { useState } from "react";

import { Tabs } from "./Tabs";

afterEach(cleanup);

const TABS = [
  { id: "a", name: "First", count: 2 },
  { id: "b", name: "Second", count: 0 },
];

function Page() {
  const [open, setOpen] = useState("a");
  return (
    <Tabs label="Parts" tabs={TABS} open={open} onOpen={setOpen}>
      body of {open}
    </Tabs>
  );
}

test("arrows lead from tab to tab, round and round", () => {
  render(<Page />);
  expect(screen.getByRole("tabpanel").textContent).toBe("body of a");
  fireEvent.keyDown(screen.getByRole("tablist"), { key: "ArrowRight" });
  expect(screen.getByRole("tab", { selected: true }).textContent).toBe("Second");
  fireEvent.keyDown(screen.getByRole("tablist"), { key: "ArrowRight" });
  expect(screen.getByRole("tab", { selected: true }).textContent).toBe("First2");
  expect(document.activeElement?.textContent).toBe("First2");
});
