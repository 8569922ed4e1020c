/** The part of a flame graph's width that is seen. Pure: tested without a page. */

export interface View {
  from: number;
  to: number;
}

export const WHOLE: View = { from: 0, to: 1 };
/** A narrower part would be less than what a number can tell apart. */
const WIDTH_MIN = 1e-10;

/** The view made wider or narrower around a part of it, which stays where it is. */
export function zoomed({ from, to }: View, factor: number, around: number): View {
  const width = Math.max(WIDTH_MIN, Math.min(1, (to - from) * factor));
  const fixed = from + (to - from) * around;
  return within(fixed - width * around, width);
}

/** The view moved by a part of its own width. */
export function moved({ from, to }: View, by: number): View {
  return within(from + (to - from) * by, to - from);
}

/** A view of one box, with a little of what is beside it. */
export function viewOf(left: number, right: number): View {
  const width = Math.max(WIDTH_MIN, Math.min(1, (right - left) * 1.04));
  return within((left + right) / 2 - width / 2, width);
}

function within(from: number, width: number): View {
  const start = Math.max(0, Math.min(1 - width, from));
  return { from: start, to: start + width };
}
