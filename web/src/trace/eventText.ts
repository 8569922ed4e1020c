/** What an event says on one line, from its body. Pure. */

import type { Event, Json } from "../api/types";
import { valueText } from "../ui/text";

const CHARS_MAX = 240;

/** Members that say most of a kind, in the order in which they are told. */
const TOLD: Record<string, readonly string[]> = {
  "run.started": ["command"],
  "process.started": ["argv"],
  "log.emitted": ["level", "logger", "message"],
  "debug.recorded": ["context", "action", "attributes"],
  "error.raised": ["type", "message"],
  "exception.handled": ["type", "message", "how"],
  "http.called": ["method", "url", "status", "error"],
  "llm.called": ["status", "text", "error"],
  "state.changed": ["name", "how", "before", "after"],
  "sql.executed": ["statement", "error"],
  "file.opened": ["mode", "path"],
  "span.started": ["name", "attributes"],
  "span.ended": ["status", "error"],
  "environment.read": ["name", "value"],
};

export function eventText(event: Pick<Event, "kind" | "body">): string {
  const members = TOLD[event.kind];
  const parts = members
    ? members.map((name) => event.body[name]).filter((value) => value !== undefined && value !== null)
    : Object.values(event.body);
  const text = parts.map(plain).join(" ");
  return text.length > CHARS_MAX ? `${text.slice(0, CHARS_MAX)}…` : text;
}

function plain(value: Json | undefined): string {
  return typeof value === "string" ? value : valueText(value, CHARS_MAX);
}
