/** A feature imports `api`, `ui` and itself, never another feature. */

import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

import { expect, test } from "vitest";

const SOURCE = import.meta.dirname;
const FEATURES = ["home", "trace", "error", "session", "compare", "settings", "sign"];
const MAY_USE: Record<string, readonly string[]> = {
  api: ["api"],
  ui: ["api", "ui"],
  ...Object.fromEntries(FEATURES.map((name) => [name, ["api", "ui", name]])),
};
const LINES_MAX = 250;

const files = readdirSync(SOURCE, { recursive: true, encoding: "utf8" }).filter((name) =>
  /\.tsx?$/.test(name),
);

function imported(file: string): string[] {
  const text = readFileSync(join(SOURCE, file), "utf8");
  return [...text.matchAll(/(?:from|import) "(\.[^"]+)"/g)].map(([, to = ""]) =>
    relative(SOURCE, join(SOURCE, file, "..", to)),
  );
}

test.each(files.filter((file) => file.includes("/")))("%s imports only what it may", (file) => {
  const layer = file.split("/")[0] ?? "";
  const used = imported(file).map((to) => to.split("/")[0] ?? "");
  expect(used.filter((to) => !MAY_USE[layer]?.includes(to))).toEqual([]);
});

test.each(files)("%s is short and has no default export", (file) => {
  const text = readFileSync(join(SOURCE, file), "utf8");
  expect(text.split("\n").length - 1).toBeLessThanOrEqual(LINES_MAX);
  expect(text).not.toMatch(/^export default/m);
});

test("only the client fetches", () => {
  const fetching = files.filter((file) => {
    const text = readFileSync(join(SOURCE, file), "utf8");
    return /\bfetch\(|new EventSource/.test(text) && !file.endsWith(".test.ts");
  });
  expect(fetching.toSorted()).toEqual(["api/client.ts", "api/live.ts"]);
});
