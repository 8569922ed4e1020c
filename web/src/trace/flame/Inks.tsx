/** The colours of the page's style, for a canvas, which does not know them. */

import type { Ref } from "react";

import type { Inks as Colours } from "./draw";
import styles from "./FlameGraph.module.css";

const SHADES = ["shade1", "shade2", "shade3", "shade4", "shade5"] as const;
const PLAIN = ["text", "failure", "onFailure", "open", "accent", "path"] as const;

/** Holds an unseen mark in each colour. */
export function Inks({ ref }: { ref: Ref<HTMLDivElement> }) {
  return (
    <div ref={ref} className={styles.inks} aria-hidden="true">
      {[...PLAIN, ...SHADES].map((name) => (
        <span key={name} data-ink={name} />
      ))}
    </div>
  );
}

/** The colours as they are by now, and the font of code. */
export function inksOf(marks: HTMLElement): { inks: Colours; font: string } {
  const colours = new Map<string, string>();
  for (const mark of marks.querySelectorAll<HTMLElement>("[data-ink]")) {
    colours.set(mark.dataset["ink"] ?? "", getComputedStyle(mark).color);
  }
  const of = (name: string) => colours.get(name) ?? "gray";
  const { fontSize, fontFamily } = getComputedStyle(marks);
  return {
    inks: {
      text: of("text"),
      failure: of("failure"),
      onFailure: of("onFailure"),
      open: of("open"),
      accent: of("accent"),
      path: of("path"),
      shades: SHADES.map(of),
    },
    font: `${fontSize} ${fontFamily}`,
  };
}
