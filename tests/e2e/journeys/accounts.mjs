/** The first user of a server, and what they give to programs and to others. */

import assert from "node:assert/strict";

import { fits, holds, seen, tab } from "./seeing.mjs";

const PASSWORD = "a long enough password";
const PARTS = ["Keys", "Users", "Projects", "Switches", "Audit"];

/** From an open server to one with a user, a key, an invitation and a second project. */
export async function users({ open, base, artifacts }) {
  const page = await open("/settings");
  await (await seen(page.getByRole("link", { name: "Register the first user" }))).click();
  await entered(page, "ada", PASSWORD, "Register");
  await seen(page.getByRole("heading", { level: 1, name: "Settings" }));
  await seen(page.getByRole("button", { name: "Sign out" }));
  await aKeyIsMadeAndRevoked(page, base, artifacts);
  const invitation = await invited(page);
  await aProjectIsMadeAndChosen(page);
  await oneComesBackToWhereOneWas(page);
  await theInvitedReadOnly(open, invitation);
  await pictures(open, artifacts);
}

async function entered(page, name, password, button) {
  // The page before has a field of that name too.
  await seen(page.getByRole("heading", { level: 1, name: button }));
  const main = page.getByRole("main");
  await main.getByLabel("Name").fill(name);
  await main.getByLabel("Password").fill(password);
  await main.locator("form").getByRole("button", { name: button, exact: true }).click();
}

async function aKeyIsMadeAndRevoked(page, base, artifacts) {
  const form = page.getByRole("form", { name: "New key" });
  await form.getByLabel("Name").fill("ci of the shop");
  await form.getByLabel("read", { exact: true }).check();
  await form.getByRole("button", { name: "Make a key" }).click();
  const key = await (await seen(page.getByTestId("secret"))).textContent();
  await page.getByRole("button", { name: "Copy" }).click();
  await seen(page.getByText("copied", { exact: true }));
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), key);
  await page.screenshot({ path: `${artifacts}/settings-new-key.png` });
  const read = () => fetch(`${base}api/traces`, { headers: { "X-API-Key": key } });
  assert.equal((await (await read()).json()).traces.length, 1);
  await page.getByRole("button", { name: "I have it" }).click();
  assert.equal(await page.getByText(key).count(), 0);
  const row = page.getByRole("table", { name: "Keys" }).getByRole("row").filter({ hasText: "ci of the shop" });
  await holds(row, "ingest, read");
  await row.getByRole("button", { name: "Revoke" }).click();
  await row.getByRole("button", { name: "Really revoke ci of the shop?" }).click();
  await seen(page.getByText("There is no key."));
  assert.equal((await read()).status, 401);
}

async function invited(page) {
  const panel = await tab(page, "Users");
  await holds(panel.getByRole("table", { name: "Users" }), "ada");
  await panel.getByRole("button", { name: "Invite somebody" }).click();
  const invitation = await (await seen(page.getByTestId("secret"))).textContent();
  await page.getByRole("button", { name: "I have it" }).click();
  return invitation;
}

async function aProjectIsMadeAndChosen(page) {
  const panel = await tab(page, "Projects");
  await panel.getByLabel("Name").fill("till");
  await panel.getByRole("button", { name: "Make a project" }).click();
  await holds(panel.getByRole("table", { name: "Projects" }), "till");
  await (await seen(page.getByLabel("Project"))).selectOption("till");
  await seen(page.getByText("Nothing was recorded yet."));
  await page.waitForURL(/\?project=till#\/traces$/);
  await page.getByRole("link", { name: "Errors" }).click();
  await page.waitForURL(/\?project=till#\/errors$/);
  await page.getByLabel("Project").selectOption("default");
  await holds(page.getByRole("table", { name: "Traces" }), "plan a trip");
  assert.doesNotMatch(page.url(), /project=/);
}

async function oneComesBackToWhereOneWas(page) {
  await page.getByRole("button", { name: "Sign out" }).click();
  await seen(page.getByRole("heading", { level: 1, name: "Sign in" }));
  await page.goto(`${page.url().split("#")[0]}#/traces?query=status%3Aerror`);
  await seen(page.getByRole("heading", { level: 1, name: "Sign in" }));
  await entered(page, "ada", "not the password", "Sign in");
  await holds(page.getByRole("alert"), "the name or the password is wrong");
  await entered(page, "ada", PASSWORD, "Sign in");
  await holds(page.getByRole("table", { name: "Traces" }), "plan a trip");
  assert.match(page.url(), /#\/traces\?query=status%3Aerror$/);
  await page.reload();
  await page.getByRole("link", { name: "Settings" }).click();
  // After loading anew the page still knows what to send to change something.
  const panel = await tab(page, "Users");
  await panel.getByRole("button", { name: "Invite somebody" }).click();
  await seen(page.getByTestId("secret"));
  const audit = await tab(page, "Audit");
  await holds(audit, "key.revoked");
  await holds(audit, "session.refused");
}

async function theInvitedReadOnly(open, invitation) {
  const page = await open(`/sign-in?invitation=${encodeURIComponent(invitation)}`);
  await entered(page, "bob", PASSWORD, "Register");
  await seen(page.getByRole("heading", { name: "Failing now" }));
  await page.getByRole("link", { name: "Settings" }).click();
  await holds(page.getByRole("alert"), "bob has no right to that");
}

async function pictures(open, artifacts) {
  for (const [width, height] of [[1280, 900], [390, 844]]) {
    for (const scheme of ["light", "dark"]) {
      const page = await open("/settings", { width, height, scheme });
      await seen(page.getByRole("heading", { level: 1, name: "Sign in" }));
      await page.screenshot({ path: `${artifacts}/sign-in-${width}-${scheme}.png` });
      await fits(page, `the sign-in at ${width}`);
      await entered(page, "ada", PASSWORD, "Sign in");
      for (const part of PARTS) {
        await tab(page, part);
        await page.getByText(/^Reading .*…$/).first().waitFor({ state: "detached" });
        await page.screenshot({ path: `${artifacts}/settings-${part.toLowerCase()}-${width}-${scheme}.png` });
        await fits(page, `the ${part} at ${width}`);
      }
      await page.close();
    }
  }
}
