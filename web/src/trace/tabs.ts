/** The tabs of a trace, and how much is in each. */

import type { Trail, Why } from "../api/types";
import type { Tab } from "../ui/Tabs";

export const LOG_KINDS = ["log.emitted", "debug.recorded"] as const;

export function tabsOf(trail: Trail | undefined, why: Why | undefined): Tab[] {
  return [
    { id: "why", name: "Why", count: why?.candidates.length },
    { id: "error", name: "Error", count: trail?.errors.length },
    { id: "llm", name: "LLM", count: trail?.llm.count },
    { id: "http", name: "HTTP", count: trail?.http.count },
    { id: "locks", name: "Locks", count: trail?.locks.locks.length },
    { id: "state", name: "State", count: trail?.state.count },
    { id: "path", name: "Path" },
    { id: "logs", name: "Logs" },
    { id: "raw", name: "Raw", count: trail?.event_count },
  ];
}
