/**
 * Walks the pages in a real browser: `node journeys.mjs NAME JSON`.
 *
 * The JSON says where the server is, where screenshots go, and which traces there are. What a
 * journey measured is printed as JSON; a journey that does not see what it should exits with 1.
 */

import { createRequire } from "node:module";

import * as accounts from "./journeys/accounts.mjs";
import * as asking from "./journeys/asking.mjs";
import * as filed from "./journeys/filed.mjs";
import * as following from "./journeys/following.mjs";
import * as measuring from "./journeys/measuring.mjs";
import * as reading from "./journeys/reading.mjs";
import * as timing from "./journeys/timing.mjs";

const { chromium } = createRequire(new URL("../../web/package.json", import.meta.url))("playwright-core");

const JOURNEYS = { ...accounts, ...asking, ...filed, ...following, ...measuring, ...reading, ...timing };
const ARGUMENTS = [
  "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];
const WAIT_MS = 15_000;

const [name, given] = process.argv.slice(2);
const setting = JSON.parse(given);
const browser = await chromium.launch({ executablePath: setting.chromium, args: ARGUMENTS });
const complaints = [];

/** Opens a page of the app, watched for anything that the browser complains about. */
async function open(hash, options = {}) {
  const { width = 1280, height = 900, scheme = "light" } = options;
  const page = await browser.newPage({
    viewport: { width, height },
    colorScheme: scheme,
    permissions: ["clipboard-read", "clipboard-write"],
  });
  page.setDefaultTimeout(WAIT_MS);
  page.on("pageerror", (problem) => complaints.push(problem.message));
  page.on("console", (line) => {
    // What is refused is part of a journey; the browser reports its status by itself.
    if (line.type() === "error" && !/status of 40[013]/.test(line.text())) complaints.push(line.text());
  });
  options.watch?.(page);
  await page.goto(`${options.address ?? setting.base}#${hash}`);
  return page;
}

try {
  const measured = await JOURNEYS[name]({ open, ...setting });
  if (complaints.length) throw new Error(`the browser complains: ${complaints.join("; ")}`);
  console.log(JSON.stringify(measured ?? {}));
} catch (problem) {
  console.error(problem.message);
  const [page] = browser.contexts().flatMap((context) => context.pages()).slice(-1);
  await page?.screenshot({ path: `${setting.artifacts}/failed-${name}.png` });
  process.exitCode = 1;
} finally {
  await browser.close();
}
