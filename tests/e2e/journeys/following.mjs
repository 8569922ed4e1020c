/** Follows a program while it runs. */

import { execFile } from "node:child_process";

import { holds, seen } from "./seeing.mjs";

/** An event is on the page while the program that recorded it still runs. */
export async function live({ open, recording }) {
  const page = await open("/traces");
  await (await seen(page.getByRole("button", { name: "Live" }))).click();
  const tail = page.getByRole("region", { name: "Live events" });
  await holds(tail, "Waiting for events");
  const [command, ...words] = recording;
  const program = execFile(command, words);
  const ended = new Promise((done) => {
    program.on("exit", done);
  });
  try {
    await holds(tail, "the kettle boils");
    if (program.exitCode !== null) throw new Error("the program had ended before its event was shown");
  } finally {
    program.stdin.end();
  }
  await ended;
  await holds(page.getByRole("table", { name: "Traces" }), "boil water");
}
