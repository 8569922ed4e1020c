/** Measures what a reader waits for, and keeps pictures of every page. */

import assert from "node:assert/strict";

import { fits, seen } from "./seeing.mjs";

const FRAMES = 240;
const STEP = 700;

/**
 * A trace of 100,000 spans, opened from the list: the time to its first row, when nobody looked at
 * it before and when somebody did, and that of the frames while it scrolls.
 */
export async function big({ open, ids, artifacts }) {
  const unknown = await open("/traces");
  const firstLookMs = await firstRow(unknown, ids);
  await unknown.close();
  const page = await open("/traces");
  const began = performance.now();
  const firstRowMs = await firstRow(page, ids);
  const grid = page.getByRole("treegrid", { name: "Spans" });
  await page.waitForFunction(
    () => document.querySelector('[data-testid="spans"]').scrollHeight > 2_600_000,
  );
  const allRowsMs = performance.now() - began;
  await page.getByRole("tabpanel", { name: /Why/ }).getByText("Reading the causes").waitFor({ state: "detached" });
  const frames = await page.evaluate(scrolled, { count: FRAMES, step: STEP });
  const drawn = await grid.getByRole("row").count();
  await page.screenshot({ path: `${artifacts}/big-scrolled.png` });
  await grid.focus();
  await page.keyboard.press("End");
  await seen(grid.getByRole("row", { selected: true }).filter({ hasText: "row 98" }));
  await page.keyboard.press("Home");
  await seen(grid.getByRole("row", { selected: true }).filter({ hasText: "import catalogue" }));
  await page.keyboard.press("ArrowLeft");
  await grid.getByRole("row").filter({ hasText: "page 0" }).waitFor({ state: "detached" });
  await page.keyboard.press("ArrowRight");
  await seen(grid.getByRole("row").filter({ hasText: "page 0" }));
  assert.ok(drawn < 100, `${drawn} rows are drawn at once`);
  return { firstLookMs, firstRowMs, allRowsMs, drawn, ...frames };
}

/** Opens the trace from the list of traces; tells how long its first row takes to be there. */
async function firstRow(page, ids) {
  const name = await seen(page.getByRole("link", { name: "import 100,000 rows" }));
  assert.ok((await name.getAttribute("href")).endsWith(ids["import 100,000 rows"]));
  const began = performance.now();
  await name.click();
  await seen(page.getByRole("treegrid", { name: "Spans" }).getByRole("row").filter({ hasText: "page 0" }));
  return performance.now() - began;
}

/** Runs in the page: scrolls by a step each frame, and tells how long the frames took. */
async function scrolled({ count, step }) {
  const box = document.querySelector('[data-testid="spans"]');
  const times = [];
  await new Promise((done) => {
    let before = performance.now();
    const next = (now) => {
      times.push(now - before);
      before = now;
      box.scrollTop += step;
      if (times.length <= count) requestAnimationFrame(next);
      else done();
    };
    requestAnimationFrame(next);
  });
  const sorted = times.slice(1).toSorted((a, b) => a - b);
  const at = (part) => sorted[Math.floor(part * (sorted.length - 1))];
  return { frameMs: at(0.5), frameMsP95: at(0.95), frameMsMax: at(1), scrolledTo: box.scrollTop };
}

const TABS = ["why", "error", "llm", "http", "locks", "state", "path", "logs", "raw"];
const SHOWN_BY = {
  why: "plan a trip", error: "plan a trip", llm: "plan a trip", http: "sync the crm",
  locks: "move stock", state: "plan a trip", path: "plan a day", logs: "plan a trip", raw: "plan a trip",
};

/** Every page at both widths, light and dark; none is wider than the screen. */
export async function screens({ open, ids, artifacts }) {
  const trace = (name, tab) => [`/traces/${ids[name]}?tab=${tab}`, name];
  const compared = `/compare/${ids["order report, good"]}/${ids["order report"]}`;
  // A page is loaded when it is gone to: its heading says that it is there.
  const pages = {
    home: ["/", "Home"],
    traces: ["/traces", "Traces"],
    errors: ["/errors", "Errors"],
    sessions: ["/sessions", "Sessions"],
    compare: [compared, "Compare"],
    spans: trace("import 100,000 rows", "logs"),
    ...Object.fromEntries(TABS.map((tab) => [tab, trace(SHOWN_BY[tab], tab)])),
  };
  for (const [width, height] of [[1280, 900], [390, 844]]) {
    for (const scheme of ["light", "dark"]) {
      const page = await open("/", { width, height, scheme });
      for (const [name, [hash, heading]] of Object.entries(pages)) {
        await page.goto(`${page.url().split("#")[0]}#${hash}`);
        await page.getByRole("heading", { level: 1, name: heading }).waitFor({ state: "attached" });
        await page.waitForLoadState("networkidle");
        await page.getByText(/^Reading .*…$/).first().waitFor({ state: "detached" });
        await page.screenshot({ path: `${artifacts}/${name}-${width}-${scheme}.png` });
        await fits(page, `${name} at ${width}`);
      }
      await page.close();
    }
  }
  return { pages: Object.keys(pages) };
}
