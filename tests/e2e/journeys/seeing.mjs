/** Says what a page must show, by what a reader finds it by. */

import assert from "node:assert/strict";

/** Waits until something is seen, and returns it. */
export async function seen(locator) {
  await locator.first().waitFor({ state: "visible" });
  return locator.first();
}

/** Waits until an element holds a text. */
export async function holds(locator, text) {
  await seen(locator.filter({ hasText: text }));
}

/** Opens a tab of a trace's page, and returns what is in it. */
export async function tab(page, name) {
  await (await seen(page.getByRole("tab", { name }))).click();
  const panel = page.getByRole("tabpanel", { name });
  await seen(panel);
  return panel;
}

/** Checks that the page is no wider than what shows it, and that no cell of a table is cut off. */
export async function fits(page, what) {
  const { wide, shown } = await page.evaluate(() => ({
    wide: Math.max(document.documentElement.scrollWidth, document.querySelector("main").scrollWidth),
    shown: window.innerWidth,
  }));
  assert.ok(wide <= shown, `${what} is ${wide} pixels wide on ${shown}`);
  const outside = await page.evaluate(() =>
    [...document.querySelectorAll('[role="columnheader"], [role="cell"], [role="gridcell"], td, th')]
      .filter((cell) => {
        const place = cell.getBoundingClientRect();
        const row = cell.closest('[role="row"], tr').getBoundingClientRect();
        return place.width && (place.right > window.innerWidth || place.bottom > row.bottom + 2);
      })
      .map((cell) => cell.textContent),
  );
  assert.deepEqual(outside, [], `${what} has cells out of sight`);
}
