/** Reads where the time of a trace went: the flame graphs and the critical path. */

import assert from "node:assert/strict";

import { fits, holds, seen, tab } from "./seeing.mjs";

const FRAMES = 120;

/** A span is found in the flame graph by key, zoomed to, and stays chosen in the waterfall. */
export async function flame({ open, ids, artifacts }) {
  for (const [width, height] of [[1280, 900], [390, 844]]) {
    for (const scheme of ["light", "dark"]) {
      const page = await open(`/traces/${ids["plan a day"]}`, { width, height, scheme });
      await (await seen(page.getByRole("button", { name: "Flame graph" }))).click();
      const graph = page.getByRole("application", { name: "Flame graph, spans by time" });
      await (await seen(graph)).focus();
      await page.keyboard.press("Home");
      const told = page.getByRole("status").filter({ hasText: "of the trace" });
      await holds(told, "plan the day");
      await page.keyboard.press("ArrowDown");
      await holds(told, "gather offers");
      await page.keyboard.press("ArrowDown");
      await holds(told, "ask slow partner");
      await page.keyboard.press("Enter");
      await page.screenshot({ path: `${artifacts}/flame-zoomed-${width}-${scheme}.png` });
      await page.keyboard.press("Escape");
      await page.screenshot({ path: `${artifacts}/flame-${width}-${scheme}.png` });
      await fits(page, `the flame graph at ${width}`);
      assert.match(page.url(), /view=flame/);
      await page.getByRole("button", { name: "Waterfall" }).click();
      await holds(page.getByRole("row", { selected: true }), "ask slow partner");
      await page.getByRole("button", { name: "By name" }).click();
      await (await seen(page.getByRole("application", { name: "Flame graph, spans by name" }))).focus();
      await page.keyboard.press("Home");
      await page.keyboard.press("ArrowDown");
      await page.screenshot({ path: `${artifacts}/flame-names-${width}-${scheme}.png` });
      await fits(page, `the flame graph by name at ${width}`);
      await page.close();
    }
  }
}

/** What the trace waited for is marked and listed with its share; what ran beside it is not. */
export async function path({ open, ids, artifacts }) {
  for (const [width, height] of [[1280, 900], [390, 844]]) {
    for (const scheme of ["light", "dark"]) {
      const page = await open(`/traces/${ids["plan a day"]}`, { width, height, scheme });
      const spans = page.getByRole("treegrid", { name: "Spans" });
      const row = (name) => spans.getByRole("row").filter({ hasText: name });
      await seen(row("ask slow partner").getByRole("img", { name: "on the critical path" }));
      assert.equal(await row("ask steady partner").getByRole("img").count(), 0);
      const panel = await tab(page, "Path");
      const step = panel.getByRole("listitem").filter({ hasText: "ask slow partner" });
      const share = Number(/(\d+(\.\d+)?) %/.exec(await step.textContent())[1]);
      assert.ok(share > 25, `${share} %`);
      assert.equal(await panel.getByText("ask steady partner").count(), 0);
      await panel.getByRole("button", { name: "Longest first" }).click();
      // The start of the interpreter stands outside of any span, and takes as long as it takes.
      const spansOnly = panel.getByRole("listitem").filter({ hasNotText: "(outside of any span)" });
      await holds(spansOnly.first(), "ask slow partner");
      await step.getByRole("button").click();
      await holds(spans.getByRole("row", { selected: true }), "ask slow partner");
      await page.screenshot({ path: `${artifacts}/path-${width}-${scheme}.png` });
      await fits(page, `the critical path at ${width}`);
      await page.close();
    }
  }
}

/** 100,000 spans as a flame graph: how long its frames take while it is zoomed. */
export async function bigFlame({ open, ids, artifacts }) {
  const page = await open(`/traces/${ids["import 100,000 rows"]}?view=flame&tab=logs`);
  await page.getByText(/spans read$/).waitFor({ state: "detached" });
  await seen(page.getByRole("application", { name: "Flame graph, spans by time" }));
  const zoom = await page.evaluate(zoomed, FRAMES);
  await page.screenshot({ path: `${artifacts}/big-flame.png` });
  return zoom;
}

/** Runs in the page: zooms a little each frame, in and out again; tells how long the frames took. */
async function zoomed(count) {
  const box = document.querySelector('[data-testid="flame"]');
  const place = box.getBoundingClientRect();
  const times = [];
  await new Promise((done) => {
    let before = performance.now();
    const next = (now) => {
      times.push(now - before);
      before = now;
      const deltaY = times.length < count / 2 ? -40 : 40;
      const clientX = place.left + place.width * 0.4;
      box.dispatchEvent(new WheelEvent("wheel", { deltaY, clientX, ctrlKey: true, cancelable: true }));
      if (times.length <= count) requestAnimationFrame(next);
      else done();
    };
    requestAnimationFrame(next);
  });
  const sorted = times.slice(1).toSorted((one, other) => one - other);
  const at = (part) => sorted[Math.floor(part * (sorted.length - 1))];
  return { frameMs: at(0.5), frameMsP95: at(0.95) };
}
