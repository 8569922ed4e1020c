/** Draws what is seen of a flame graph; the work grows with the pixels, not with the spans. */

import { firstEndingAfter, type Boxes } from "./boxes";
import type { View } from "./view";

export const LANE_HEIGHT = 19;
const GAP = 1;
const TEXT_WIDTH_MIN = 26;

/** Colours by what they are for, as the page's style has them. */
export interface Inks {
  text: string;
  failure: string;
  onFailure: string;
  open: string;
  accent: string;
  path: string;
  /** Spans of one name have one of these. */
  shades: readonly string[];
}

export interface Look {
  name: string;
  sort: "plain" | "failure" | "open";
  /** Where the critical path is in it, as parts of the whole width. */
  path: readonly [from: number, to: number] | null;
}

export interface Picture {
  boxes: Boxes;
  lookOf: (box: number) => Look;
  view: View;
  /** Pixels above what is seen. */
  top: number;
  width: number;
  height: number;
  selected: number;
  inks: Inks;
  font: string;
}

/** Draws; returns how many boxes it drew. */
export function draw(context: CanvasRenderingContext2D, picture: Picture): number {
  const { boxes, top, width, height, font } = picture;
  context.clearRect(0, 0, width, height);
  context.font = font;
  context.textBaseline = "middle";
  const letter = context.measureText("n").width || 7;
  const first = Math.max(0, Math.floor(top / LANE_HEIGHT));
  const last = Math.min(boxes.lanes.length - 1, Math.floor((top + height) / LANE_HEIGHT));
  let drawn = 0;
  for (let at = first; at <= last; at += 1) {
    drawn += drawLane(context, picture, at, letter);
  }
  return drawn;
}

function drawLane(context: CanvasRenderingContext2D, picture: Picture, at: number, letter: number): number {
  const { boxes, view, width, top } = picture;
  const lane = boxes.lanes[at];
  if (!lane) return 0;
  const scale = width / (view.to - view.from);
  const y = at * LANE_HEIGHT - top;
  let drawn = 0;
  let next = firstEndingAfter(boxes, lane, view.from);
  while (next < lane.length) {
    const box = lane[next]!;
    if (boxes.left[box]! >= view.to) break;
    const x = (boxes.left[box]! - view.from) * scale;
    const end = (boxes.right[box]! - view.from) * scale;
    drawBox(context, picture, box, { x, end, y, letter });
    drawn += 1;
    next += 1;
    // Those that end in the same pixel would be drawn over it.
    if (end - x < 1) {
      next = Math.max(next, firstEndingAfter(boxes, lane, view.from + (Math.floor(x) + 1) / scale));
    }
  }
  return drawn;
}

interface Place {
  x: number;
  end: number;
  y: number;
  letter: number;
}

function drawBox(context: CanvasRenderingContext2D, picture: Picture, box: number, place: Place): void {
  const { inks, width: whole, lookOf } = picture;
  const look = lookOf(box);
  const isSelected = box === picture.selected;
  const x = Math.max(-1, place.x);
  const width = Math.max(1, Math.min(whole + 1, place.end) - x - (place.end - place.x > 3 ? GAP : 0));
  const height = LANE_HEIGHT - GAP;
  const shade = inks.shades[hashOf(look.name) % inks.shades.length] ?? inks.accent;
  context.fillStyle = look.sort === "failure" ? inks.failure : shade;
  if (look.sort === "open") {
    context.strokeStyle = inks.open;
    context.setLineDash([3, 2]);
    context.strokeRect(x + 0.5, place.y + 0.5, Math.max(1, width - 1), height - 1);
    context.setLineDash([]);
  } else {
    context.fillRect(x, place.y, width, height);
  }
  if (look.path) {
    const scale = whole / (picture.view.to - picture.view.from);
    const [from, to] = look.path.map((part) => (part - picture.view.from) * scale) as [number, number];
    const start = Math.max(x, from);
    context.fillStyle = inks.path;
    context.fillRect(start, place.y + height - 3, Math.max(1, Math.min(x + width, to) - start), 3);
  }
  if (isSelected) {
    context.strokeStyle = inks.text;
    context.lineWidth = 2;
    context.strokeRect(x + 1, place.y + 1, Math.max(2, width - 2), height - 2);
    context.lineWidth = 1;
  }
  if (width < TEXT_WIDTH_MIN) return;
  const room = Math.floor((width - 8) / place.letter);
  const text = look.name.length <= room ? look.name : `${look.name.slice(0, Math.max(1, room - 1))}…`;
  context.fillStyle = look.sort === "failure" ? inks.onFailure : inks.text;
  context.fillText(text, x + 4, place.y + height / 2 + 0.5);
}

const hashes = new Map<string, number>();
const HASHES_MAX = 10_000;

/** A number that is the same for the same name. */
function hashOf(name: string): number {
  const known = hashes.get(name);
  if (known !== undefined) return known;
  let hash = 7;
  for (let at = 0; at < name.length; at += 1) hash = (hash * 31 + name.charCodeAt(at)) >>> 0;
  if (hashes.size >= HASHES_MAX) hashes.clear();
  hashes.set(name, hash);
  return hash;
}
