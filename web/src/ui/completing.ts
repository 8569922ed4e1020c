/** Putting an offered completion into a query. Pure: tested without a page. */

import type { Completion } from "../api/types";

/** The server counts whole characters, a browser the halves of those beyond the first 65,536. */
export function charactersBefore(text: string, place: number): number {
  return Array.from(text.slice(0, place)).length;
}

/** Where the browser's place in a text is, after so many whole characters. */
export function placeAfter(text: string, characters: number): number {
  return Array.from(text).slice(0, characters).join("").length;
}

export interface Written {
  text: string;
  /** Where the writing goes on. */
  caret: number;
}

/** The text with the completion in its place; behind a value there is a space for the next term. */
export function completed(text: string, completion: Completion): Written {
  const start = placeAfter(text, completion.start);
  const rest = text.slice(placeAfter(text, completion.end));
  const isValue = !completion.text.endsWith(":");
  const gap = isValue && !rest.startsWith(" ") ? " " : "";
  const before = text.slice(0, start) + completion.text + gap;
  return { text: before + rest, caret: before.length + (isValue && gap === "" ? 1 : 0) };
}
