/** Reads every page of the app as a person does who looks for a cause. */

import assert from "node:assert/strict";

import { holds, seen, tab } from "./seeing.mjs";

/** What is failing now is one click away from its cause. */
export async function home({ open }) {
  const page = await open("/");
  const failing = page.getByRole("region", { name: "Failing now" });
  await holds(failing, "KeyError");
  await holds(failing, "program.py:97 price_stay");
  await seen(page.getByRole("region", { name: "Traces and failures" }).getByRole("img"));
  await holds(page.getByRole("region", { name: "Slowest names" }), "import 100,000 rows");
  await failing.getByRole("link").filter({ hasText: "lis/417" }).click();
  const why = page.getByRole("tabpanel", { name: "Why" });
  const first = why.getByRole("listitem").first();
  await holds(first, "llm response");
  await holds(first, "program.py:Planner.choose_stay");
  await holds(first, "HTL-LIS-0417");
  await seen(first.getByRole("meter"));
}

/** A query narrows the list, a wrong one says what is wrong, and keys walk the rows. */
export async function traces({ open, names }) {
  const page = await open("/traces");
  const table = page.getByRole("table", { name: "Traces" });
  await holds(table, "plan a trip");
  const box = page.getByRole("combobox", { name: "Query" });
  await page.keyboard.press("/");
  assert.ok(await box.evaluate((input) => input === document.activeElement));
  await page.keyboard.type('name:"order report" status:error');
  await page.keyboard.press("Enter");
  await table.getByRole("row").filter({ hasText: "plan a trip" }).waitFor({ state: "detached" });
  await holds(table, "order report");
  assert.equal(await table.getByRole("row").filter({ hasText: "order report" }).count(), 1);
  await page.goto(page.url().replace(/query=[^&]*/, "query=nonsense%3Ax%3A"));
  const told = page.getByRole("alert");
  await holds(told, "nonsense");
  await holds(told, "fields: status, name, duration");
  await page.goto(page.url().replace(/[?].*/, ""));
  await holds(table, "plan a trip");
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  const second = await table.locator('[aria-current="true"]').getByRole("link").textContent();
  await page.keyboard.press("Enter");
  await seen(page.getByRole("heading", { level: 1, name: second }));
  assert.ok(names.includes(second), second);
}

/** A frame opens to its source, with the failing line marked, and to its locals. */
export async function error({ open, ids }) {
  const page = await open(`/traces/${ids["plan a trip"]}`);
  const panel = await tab(page, /Error/);
  await holds(panel, "KeyError");
  const source = panel.getByLabel("Source of price_stay");
  await holds(source.locator('[aria-current="true"]'), "terms = contracts[key]");
  await holds(panel.getByLabel("Locals of price_stay"), '"lis/417"');
  await panel.getByRole("button").filter({ hasText: "program.py:107" }).click();
  await seen(panel.getByLabel("Source of price", { exact: true }));
  await holds(panel, "pricing: activities come to 72");
}

/** A transcript shows what the model was asked and what it answered. */
export async function llm({ open, ids }) {
  const page = await open(`/traces/${ids["plan a trip"]}?tab=llm`);
  const panel = page.getByRole("tabpanel", { name: /LLM/ });
  await holds(panel, "4 calls");
  await panel.getByRole("button").filter({ hasText: "planner-small" }).nth(1).click();
  await holds(panel, "You plan short trips");
  await holds(panel, '"HTL-LIS-0417"');
}

/** An exception that was swallowed on the way stands beside the error that it led to. */
export async function swallowed({ open, ids }) {
  const page = await open(`/traces/${ids["sync the crm"]}?tab=error`);
  const list = page.getByRole("region", { name: "Swallowed exceptions" });
  await holds(list, "HTTPStatusError");
  await holds(list, "422");
}

/** A refused request shows its status and what was sent. */
export async function http({ open, ids }) {
  const page = await open(`/traces/${ids["sync the crm"]}?tab=http`);
  const panel = page.getByRole("tabpanel", { name: /HTTP/ });
  const refused = panel.getByRole("button").filter({ hasText: "422" }).first();
  await (await seen(refused)).click();
  await seen(panel.getByRole("heading", { name: "Sent" }));
  await holds(panel, "attempt 1");
}

/** Both threads of a deadlock are seen to wait for one another. */
export async function locks({ open, ids }) {
  const page = await open(`/traces/${ids["move stock"]}?tab=locks`);
  const panel = page.getByRole("tabpanel", { name: /Locks/ });
  await holds(panel.getByLabel("Deadlock"), "held by returns, waited for by restock");
  await seen(panel.getByRole("img", { name: /waits and holds of locks by restock, returns/ }));
  await holds(panel.getByRole("table", { name: "Locks" }), "target.lock");
}

/** A change of state shows the value before and after, and where it was made. */
export async function state({ open, ids }) {
  const page = await open(`/traces/${ids["plan a trip"]}?tab=state`);
  const panel = page.getByRole("tabpanel", { name: /State/ });
  const change = panel.getByRole("listitem").filter({ hasText: "Trip.stay" }).first();
  await holds(change, '"HTL-LIS-0417"');
  await holds(change, "Planner.choose_stay");
}

/** The log holds only what was logged. */
export async function logs({ open, ids }) {
  const page = await open(`/traces/${ids["plan a trip"]}?tab=logs`);
  const list = page.getByRole("list", { name: "Log" });
  await holds(list, "pricing: activities come to 72");
  assert.equal(await list.getByText("llm.called").count(), 0);
}

/** A text finds its events, and one opens to all that it holds. */
export async function raw({ open, ids }) {
  const page = await open(`/traces/${ids["plan a trip"]}?tab=raw`);
  const panel = page.getByRole("tabpanel", { name: /Raw/ });
  await holds(panel, "run.started");
  await panel.getByRole("searchbox").fill("HTL-LIS-0417");
  await panel.getByRole("searchbox").press("Enter");
  await panel.getByText("run.started").waitFor({ state: "detached" });
  await panel.getByRole("button").filter({ hasText: "llm.called" }).first().click();
  await holds(panel, "gen_ai.request.model");
}

/** Errors that are the same failure stand together, with the way to the last one. */
export async function errors({ open }) {
  const page = await open("/errors");
  const row = page.getByRole("table", { name: "Errors" }).getByRole("row").filter({ hasText: "lis/417" });
  await holds(row, "program.py:97 price_stay");
  await seen(row.getByRole("img", { name: /error.* over time/ }));
  await row.getByRole("link").click();
  await holds(page.getByRole("tabpanel", { name: /Error/ }), "KeyError");
}

/** A session leads to its traces. */
export async function sessions({ open }) {
  const page = await open("/sessions");
  const row = page.getByRole("table", { name: "Sessions" }).getByRole("row").filter({ hasText: "lisbon" });
  await (await seen(row)).getByRole("link").first().click();
  await holds(page.getByRole("table", { name: "Traces" }), "plan a trip");
  assert.equal(await page.getByRole("row").filter({ hasText: "move stock" }).count(), 0);
}

/** A bad run beside the good one: the variable that made the difference is named. */
export async function compare({ open, ids }) {
  const page = await open(`/traces/${ids["order report"]}`);
  const choice = page.getByLabel("Compare with");
  await seen(choice);
  await choice.selectOption(ids["order report, good"]);
  await seen(page.getByRole("heading", { level: 1, name: "Compare" }));
  await holds(page.getByRole("region", { name: "The right trace" }), "KeyError");
  await holds(page.getByRole("region", { name: "Where they part" }), "REPORT_UTC_OFFSET");
}

/** The keys have a sheet, and light and dark a switch that is kept. */
export async function keys({ open }) {
  const page = await open("/");
  await seen(page.getByRole("heading", { name: "Failing now" }));
  await page.keyboard.press("?");
  const sheet = page.getByRole("dialog", { name: "Keys" });
  await holds(sheet, "write a query");
  await page.keyboard.press("Escape");
  await sheet.waitFor({ state: "hidden" });
  const colour = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await colour();
  await page.getByRole("button", { name: "Use dark colours" }).click();
  assert.notEqual(await colour(), light);
  await page.reload();
  await seen(page.getByRole("button", { name: "Use light colours" }));
  await page.keyboard.press("Tab");
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  assert.equal(outline, "solid");
}
