/** Writes queries with what the box offers, and chooses a time on the plot. */

import assert from "node:assert/strict";

import { holds, seen } from "./seeing.mjs";

/** A query is written by key from what is offered: a field, a value that there is, and it is asked. */
export async function completion({ open, artifacts }) {
  for (const scheme of ["light", "dark"]) {
    for (const [width, height] of [[1280, 900], [390, 844]]) {
      const page = await open("/traces", { width, height, scheme });
      await written(page, `${artifacts}/completion-${width}-${scheme}.png`);
      await page.close();
    }
  }
}

async function written(page, picture) {
  const table = page.getByRole("table", { name: "Traces" });
  await holds(table, "plan a trip");
  const box = page.getByRole("combobox", { name: "Query" });
  await page.keyboard.press("/");
  await page.keyboard.type("ses");
  const chosen = page.getByRole("option", { selected: true });
  await seen(page.getByRole("option", { name: /session:/ }));
  await page.keyboard.press("ArrowDown");
  await holds(chosen, "session:");
  await page.keyboard.press("Enter");
  assert.equal(await box.inputValue(), "session:");
  await seen(page.getByRole("option", { name: "lisbon" }));
  await page.keyboard.press("ArrowDown");
  await page.screenshot({ path: picture });
  await page.keyboard.press("Tab");
  assert.equal(await box.inputValue(), "session:lisbon ");
  await page.keyboard.press("Enter");
  await table.getByRole("row").filter({ hasText: "move stock" }).waitFor({ state: "detached" });
  await holds(table, "plan a trip");
  assert.match(page.url(), /query=session%3Alisbon$/);
}

/** A time that is dragged on the plot is in the query and in the address; keys move its ends. */
export async function brush({ open, artifacts }) {
  const page = await open("/traces");
  const table = page.getByRole("table", { name: "Traces" });
  await holds(table, "plan a trip");
  const activity = page.getByRole("region", { name: "Activity" });
  await activity.getByRole("button", { name: "1h" }).click();
  await activity.getByRole("button", { name: "1h", pressed: true }).waitFor();
  await dragged(page, 0.1, 0.4);
  await seen(page.getByText("No trace fits the query."));
  assert.match(asked(page), /^since:\S+Z until:\S+Z$/);
  await dragged(page, 0.5, 1.01);
  await holds(table, "plan a trip");
  assert.match(asked(page), /^since:\S+Z$/);
  await page.screenshot({ path: `${artifacts}/brush-1280-light.png` });
  const address = page.url();
  await page.reload();
  const from = activity.getByRole("slider", { name: "From" });
  await seen(from);
  assert.equal(page.url(), address);
  const before = Number(await from.getAttribute("aria-valuenow"));
  await from.focus();
  await page.keyboard.press("ArrowLeft");
  await page.waitForFunction((old) => !location.href.endsWith(old), address);
  assert.ok(Math.abs(Number(await from.getAttribute("aria-valuenow")) - (before - 1)) <= 1);
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => !location.href.includes("query="));
  const to = activity.getByRole("slider", { name: "To" });
  await to.focus();
  await page.keyboard.press("Home");
  await seen(page.getByText("No trace fits the query."));
  await activity.getByRole("button", { name: "All times" }).click();
  await holds(table, "plan a trip");
}

function asked(page) {
  return new URLSearchParams(page.url().split("?")[1]).get("query");
}

/** Draws a stretch from one part of the plot to another, as a pointer does. */
async function dragged(page, from, to) {
  const box = await page.getByTestId("brush").boundingBox();
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width * from, y);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * ((from + to) / 2), y);
  await page.mouse.move(box.x + box.width * to, y);
  await page.mouse.up();
}
