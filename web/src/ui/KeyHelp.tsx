/** The keys, on a sheet of their own. */

import { useEffect, useRef } from "react";

import styles from "./KeyHelp.module.css";

const KEYS = [
  ["j  ↓", "next row"],
  ["k  ↑", "row before"],
  ["Enter", "open the row"],
  ["←  →", "close or open a span, change the tab"],
  ["Home  End", "first row, last row"],
  ["↑  ↓  ←  →", "in the flame graph: out of a span, into it, beside it"],
  ["Enter  Esc", "in the flame graph: only this span, all of them"],
  ["+  -", "in the flame graph: nearer, further"],
  ["/", "write a query"],
  ["↓  ↑  Enter", "in the query: choose a way to go on, take it"],
  ["←  →", "on an end of the time above the list: move it; Esc: all times"],
  ["Esc", "close the list below the query, leave the query"],
  ["?", "this sheet"],
] as const;

export function KeyHelp({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  // Follows the browser's own modal state.
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen]);
  return (
    <dialog ref={dialog} className={styles.sheet} aria-labelledby="keys-title" onClose={onClose}>
      <h2 id="keys-title">Keys</h2>
      <dl className={styles.keys}>
        {KEYS.map(([key, text]) => (
          <div key={key}>
            <dt>
              {key.split("  ").map((one) => (
                <kbd key={one}>{one}</kbd>
              ))}
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <button type="button" onClick={onClose}>
        Close
      </button>
    </dialog>
  );
}
