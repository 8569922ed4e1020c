/** What stands around a trace that is a file by itself: what it lacks, and the switches. */

import { useState } from "react";
import { Outlet } from "react-router";

import styles from "./Frame.module.css";
import { KeyHelp } from "./KeyHelp";
import { useKeys } from "./keys";
import { Switches } from "./Switches";

export function FileFrame({ notes }: { notes: readonly string[] }) {
  const [isHelpOpen, setHelpOpen] = useState(false);
  useKeys({ "?": () => setHelpOpen(true) });
  return (
    <div className={styles.frame}>
      <header className={styles.bar}>
        <span className={styles.brand}>
          Backtrail <span className={styles.project}>one trace, as a file</span>
        </span>
        <div className={styles.tools}>
          <Switches onHelp={() => setHelpOpen(true)} />
        </div>
      </header>
      <main className={styles.main} id="main" tabIndex={-1}>
        {notes.map((note) => (
          <p key={note} className={styles.note} role="note">
            {note}
          </p>
        ))}
        <Outlet />
      </main>
      <KeyHelp isOpen={isHelpOpen} onClose={() => setHelpOpen(false)} />
    </div>
  );
}
