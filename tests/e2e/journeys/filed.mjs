/** Opens the page of one trace from the file system, with no network. */

import assert from "node:assert/strict";

import { fits, holds, seen, tab } from "./seeing.mjs";

const MARKUP = "</script><script>document.title = 'taken'</script><img src=x onerror=alert(1)><!--<script>";

/** Opens the file; returns the page, and what it asked for besides itself. */
async function opened(open, file, options = {}) {
  const asked = [];
  const watch = (page) => {
    page.on("request", (request) => {
      if (request.url().split("#")[0] !== file && !request.url().startsWith("data:")) asked.push(request.url());
    });
    page.on("dialog", (dialog) => asked.push(`a dialog: ${dialog.message()}`));
  };
  const page = await open("", { ...options, address: file, watch });
  await page.context().setOffline(true);
  return { page, asked };
}

/** Markup in every text of a trace is shown as text, and does nothing. */
export async function markup({ open, file, artifacts }) {
  for (const [width, height] of [[1280, 900], [390, 844]]) {
    for (const scheme of ["light", "dark"]) {
      const { page, asked } = await opened(open, file, { width, height, scheme });
      await seen(page.getByRole("heading", { level: 1, name: "markup" }));
      const spans = page.getByRole("treegrid", { name: "Spans" });
      await (await seen(spans.getByRole("row").filter({ hasText: MARKUP }))).click();
      await holds(page.getByRole("region", { name: "Span" }), `"${MARKUP}"`);
      const panel = await tab(page, /Error/);
      await holds(panel, `ValueError: ${MARKUP}`.slice("ValueError: ".length));
      await page.screenshot({ path: `${artifacts}/file-markup-${width}-${scheme}.png` });
      await fits(page, `the file at ${width}`);
      await holds(await tab(page, "Logs"), MARKUP);
      await holds(await tab(page, /Raw/), "run.started");
      await page.getByRole("button", { name: "Flame graph" }).click();
      await seen(page.getByRole("application", { name: "Flame graph, spans by time" }));
      assert.equal(await page.title(), "Backtrail");
      assert.equal(await page.locator("img").count(), 0);
      assert.deepEqual(asked, []);
      await page.close();
    }
  }
}

/** A long trace is cut, and the file says how much it holds. */
export async function cut({ open, file, artifacts }) {
  const { page, asked } = await opened(open, file);
  await seen(page.getByText("this file holds the first 20,000 of 100,001 spans"));
  await seen(page.getByText("this file holds the last 20,000 of 200,0"));
  await seen(page.getByRole("treegrid", { name: "Spans" }).getByRole("row").filter({ hasText: "page 0" }));
  await page.screenshot({ path: `${artifacts}/file-cut.png` });
  assert.deepEqual(asked, []);
}

/** The story of a failure is told as the server tells it: the cause, the transcript, a searched event. */
export async function told({ open, file, artifacts }) {
  const { page, asked } = await opened(open, file);
  const why = page.getByRole("tabpanel", { name: /Why/ });
  await holds(why.getByRole("listitem").first(), "HTL-LIS-0417");
  await page.screenshot({ path: `${artifacts}/file-why.png` });
  const llm = await tab(page, /LLM/);
  await llm.getByRole("button").filter({ hasText: "planner-small" }).nth(1).click();
  await holds(llm, "You plan short trips");
  const raw = await tab(page, /Raw/);
  await raw.getByRole("searchbox").fill("HTL-LIS-0417");
  await raw.getByRole("searchbox").press("Enter");
  await raw.getByText("run.started").waitFor({ state: "detached" });
  await holds(raw, "llm.called");
  await page.getByRole("button", { name: "Use dark colours" }).click();
  await seen(page.getByRole("button", { name: "Use light colours" }));
  assert.deepEqual(asked, []);
}
