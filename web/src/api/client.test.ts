import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { afterAll, beforeAll, expect, test, vi } from "vitest";

import { addressOf, api, ApiProblem } from "./client";

/** A server on this machine that answers as the API's errors do. */
let server: Server;
const asked: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url ?? "");
    const isProblem = request.url?.includes("bad") ?? false;
    const isBroken = request.url?.includes("broken") ?? false;
    response.writeHead(isBroken ? 502 : isProblem ? 400 : 200);
    if (isBroken) response.end("<h1>no upstream</h1>");
    else if (isProblem) {
      response.end(JSON.stringify({ title: "Bad", status: 400, detail: "no term `bad`", hint: "use `name`" }));
    } else response.end(JSON.stringify({ traces: [], next_cursor: null }));
  });
  await new Promise<void>((done) => {
    server.listen(0, "127.0.0.1", done);
  });
  const { port } = server.address() as AddressInfo;
  vi.stubGlobal("document", { baseURI: `http://127.0.0.1:${port}/below/a/path/#/traces` });
});

afterAll(() => {
  server.close();
});

test("an address is relative to the page, without empty parameters", () => {
  const address = addressOf(
    "traces/a/events",
    { kind: ["x.y", "z"], text: "", cursor: null, limit: 2 },
    "http://host/base/#/traces",
  );
  expect(address).toBe("http://host/base/api/traces/a/events?kind=x.y&kind=z&limit=2");
});

test("a query is asked as it was written", async () => {
  await api.traces('name:"a b" duration:>2s', null);
  expect(asked.at(-1)).toBe(
    "/below/a/path/api/traces?query=name%3A%22a+b%22+duration%3A%3E2s&limit=50",
  );
});

test("an id cannot leave its place in the address", async () => {
  await api.trace("../../etc");
  expect(asked.at(-1)).toBe("/below/a/path/api/traces/..%2F..%2Fetc");
});

test("a problem keeps its sentence and its hint", async () => {
  const problem = await api.traces("bad:1", null).catch((error: unknown) => error);
  expect(problem).toBeInstanceOf(ApiProblem);
  expect(problem).toMatchObject({ message: "no term `bad`", hint: "use `name`", status: 400 });
});

test("an answer that is no problem document is told too", async () => {
  await expect(api.traces("broken", null)).rejects.toMatchObject({
    status: 502,
    message: "<h1>no upstream</h1>",
  });
});

test("no answer at all says what to look at", async () => {
  vi.stubGlobal("document", { baseURI: "http://127.0.0.1:1/" });
  await expect(api.health()).rejects.toMatchObject({
    status: 0,
    hint: "See whether `backtrail serve` still runs.",
  });
});
