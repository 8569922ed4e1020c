/** Boxes of a flame graph, lane by lane. Pure: tested without a page. */

import type { OutlineRow } from "../../api/types";
import { barOf, type Extent } from "../waterfall";

/** More lanes are not drawn; what would lie below is drawn over the last one. */
export const LANES_MAX = 4096;
const TOUCHING = 1e-12;

export interface Boxes {
  /** Of each box, as parts of the whole width. */
  left: Float64Array;
  right: Float64Array;
  lane: Int32Array;
  /** The box it stands in; -1 for none. */
  parent: Int32Array;
  /** The boxes of each lane from left to right. */
  lanes: readonly Int32Array[];
  /** Boxes that are drawn over others, since there are too many lanes. */
  overlaid: number;
}

/** The row in which each row stands; -1 for a root. Rows come in reading order with their depth. */
export function parentsOf(rows: readonly Pick<OutlineRow, "depth">[]): Int32Array {
  const open: { depth: number; at: number }[] = [];
  return Int32Array.from(rows, ({ depth }, at) => {
    while (open.length > 0 && open.at(-1)!.depth >= depth) open.pop();
    const parent = open.at(-1)?.at ?? -1;
    open.push({ depth, at });
    return parent;
  });
}

/** Each span at its time, below the span it stands in; those that ran beside it lie further down. */
export function boxesByTime(rows: readonly OutlineRow[], extent: Extent): Boxes {
  const parent = parentsOf(rows);
  const left = new Float64Array(rows.length).fill(NaN);
  const right = new Float64Array(rows.length).fill(NaN);
  rows.forEach((row, at) => {
    const bar = barOf(row, extent);
    if (bar === null) return;
    left[at] = bar.left / 100;
    right[at] = (bar.left + bar.width) / 100;
  });
  const placed = rows.map((_, at) => at).filter((at) => !Number.isNaN(left[at]));
  placed.sort((one, other) => left[one]! - left[other]! || one - other);
  const lane = new Int32Array(rows.length).fill(-1);
  const ends: number[] = [];
  let overlaid = 0;
  for (const at of placed) {
    const above = parent[at]! < 0 ? -1 : lane[parent[at]!]!;
    let to = Math.min(above + 1, LANES_MAX - 1);
    while (to < LANES_MAX - 1 && (ends[to] ?? 0) > left[at]! + TOUCHING) to += 1;
    if ((ends[to] ?? 0) > left[at]! + TOUCHING) overlaid += 1;
    ends[to] = Math.max(ends[to] ?? 0, right[at]!);
    lane[at] = to;
  }
  return { left, right, lane, parent, lanes: lanesOf(placed, lane), overlaid };
}

/** Gathers boxes, which come from left to right, by their lanes. */
export function lanesOf(ordered: readonly number[], lane: Int32Array): Int32Array[] {
  const lanes: number[][] = [];
  for (const at of ordered) (lanes[lane[at]!] ??= []).push(at);
  return Array.from(lanes, (boxes) => Int32Array.from(boxes ?? []));
}

/** The first place in a lane whose box ends behind a part of the width. */
export function firstEndingAfter(boxes: Boxes, lane: Int32Array, part: number): number {
  let [low, high] = [0, lane.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (boxes.right[lane[middle]!]! > part) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The box at a part of the width in a lane; -1 for none. Boxes near it count within a tolerance. */
export function boxAt(boxes: Boxes, laneAt: number, part: number, tolerance: number): number {
  const lane = boxes.lanes[laneAt];
  if (!lane) return -1;
  const found = lane[firstEndingAfter(boxes, lane, part - tolerance)];
  return found !== undefined && boxes.left[found]! <= part + tolerance ? found : -1;
}

/** Where a key leads from a box: out of it, into the longest in it, or beside it in its lane. */
export function boxBeside(boxes: Boxes, from: number, key: string): number {
  const root = boxes.lanes[0]?.[0] ?? -1;
  if (from < 0 || key === "Home") return root;
  if (key === "ArrowUp") return boxes.parent[from]! < 0 ? from : boxes.parent[from]!;
  if (key === "ArrowDown") return longestIn(boxes, from);
  const lane = boxes.lanes[boxes.lane[from]!];
  const at = lane?.indexOf(from) ?? -1;
  if (!lane || at < 0) return root;
  return lane[at + (key === "ArrowLeft" ? -1 : 1)] ?? from;
}

function longestIn(boxes: Boxes, outer: number): number {
  let [found, most] = [outer, -1];
  boxes.parent.forEach((parent, at) => {
    const width = boxes.right[at]! - boxes.left[at]!;
    if (parent !== outer || !(width > most)) return;
    [found, most] = [at, width];
  });
  return found;
}
