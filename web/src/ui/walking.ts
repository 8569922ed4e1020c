/** Where a key leads in a list. */

/** The index that a key leads to; the same one for keys that lead nowhere. */
export function stepOf(key: string, at: number, count: number): number {
  if (count === 0) return -1;
  const to = { j: at + 1, ArrowDown: at + 1, k: at - 1, ArrowUp: at - 1, Home: 0, End: count - 1 }[
    key
  ];
  return to === undefined ? at : Math.max(0, Math.min(count - 1, to));
}
