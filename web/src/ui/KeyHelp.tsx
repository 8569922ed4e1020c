/** The keys, on a sheet of their own. */

import { useEffect, useRef } from "react";

import styles from "./KeyHelp.module.css";

const KEYS = [
  ["j  ↓", "next row"],
  ["k  ↑", "row before"],
  ["Enter", "open the row"],
  ["←  →", "close or open a span, change the tab"],
  ["Home  End", "first row, last row"],
  ["/", "write a query"],
  ["Esc", "leave the query"],
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
