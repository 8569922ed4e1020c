/** Follows what programs record while they run. */

import { addressOf } from "./client";
import { projectOf, USUAL_PROJECT } from "./session";
import type { LiveEvent } from "./types";

/** `refused` is a server that already has as many followers as it takes. */
export type LiveState = "connecting" | "open" | "lost" | "refused";

/**
 * Calls `onEvent` for each event that the server tells of, until the returned function is called.
 * The browser itself connects anew when the stream breaks.
 */
export function follow(
  onEvent: (event: LiveEvent) => void,
  onState: (state: LiveState) => void,
): () => void {
  const project = projectOf(new URL(document.baseURI).search);
  // A stream of events cannot send headers: the address names the project.
  const address = addressOf("live", { project: project === USUAL_PROJECT ? null : project });
  const source = new EventSource(address);
  source.addEventListener("open", () => onState("open"));
  source.addEventListener("error", () =>
    onState(source.readyState === EventSource.CLOSED ? "refused" : "lost"),
  );
  source.addEventListener("event", (message: MessageEvent<string>) => {
    onEvent(JSON.parse(message.data) as LiveEvent);
  });
  return () => source.close();
}
