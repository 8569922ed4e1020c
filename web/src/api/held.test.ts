import { expect, test } from "vitest";

import { ApiProblem } from "./client";
import { answersOf, heldIn, type Held } from "./held";

const span = { span_id: "s/1", name: "work", depth: 0, took_ms: 1.5, self_ms: null, start_unix_ns: "10", error: null, status: "ok", parent: null };
const events = [
  { event_id: "p:1", kind: "run.started", body: { name: "Kettle" } },
  { event_id: "p:2", kind: "log.emitted", body: { message: "the KETTLE boils" } },
  { event_id: "p:3", kind: "log.emitted", body: { message: "done" } },
];
const held = {
  trace: { trace_id: "t1", start_unix_ns: "1", end_unix_ns: "9", took_ms: 8 },
  trail: { errors: [] },
  whys: { "": { candidates: [] } },
  spans: [span],
  spans_total: 5,
  steps: [],
  steps_total: 0,
  events,
  notes: [],
} as unknown as Held;
const ask = answersOf(held);
const ids = (answer: unknown) => (answer as { events: { event_id: string }[] }).events.map((one) => one.event_id);

test("the held trace is answered as the server would", () => {
  expect(ask("traces/t1", {})).toBe(held.trace);
  expect(ask("traces/t1/why", { error: null })).toBe(held.whys[""]);
  expect(ask("traces/t1/spans/s%2F1", {})).toBe(held.spans[0]);
  expect(ask("traces/t1/outline", { cursor: null })).toMatchObject({
    rows: [{ span_id: "s/1", took_ns: "1500000", self_ns: null }],
    total: 5,
    next_cursor: null,
  });
});

test("events are held by kind and by a text in either case", () => {
  expect(ids(ask("traces/t1/events", { kind: ["log.emitted"], text: "" }))).toEqual(["p:2", "p:3"]);
  expect(ids(ask("traces/t1/events", { kind: [], text: "kettle" }))).toEqual(["p:1", "p:2"]);
});

test.each(["traces", "health", "traces/other", "traces/t1x", "traces/t1/spans/none", "traces/t1/why?"])(
  "%s is not held, and that is said",
  (path) => {
    expect(() => ask(path, { error: "e1" })).toThrow(ApiProblem);
  },
);

const page = (text: string) => ({ getElementById: () => ({ textContent: text }) }) as unknown as Document;

test("a page without data holds nothing", () => {
  expect(heldIn(page("{}"))).toBeNull();
  expect(heldIn(page('{"trace":{"trace_id":"t1"}}'))?.trace.trace_id).toBe("t1");
});
