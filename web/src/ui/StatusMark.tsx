/** How something ended, as a mark and a word. */

import type { Status } from "../api/types";
import styles from "./StatusMark.module.css";

const WORDS: Record<Status, string> = {
  ok: "ok",
  error: "failed",
  cancelled: "cancelled",
  unfinished: "no end",
};

interface Props {
  status: Status;
  isLive?: boolean;
  /** Without its word; the word is still read out. */
  isBare?: boolean;
}

export function StatusMark({ status, isLive = false, isBare = false }: Props) {
  const word = isLive ? "running" : WORDS[status];
  return (
    <span className={styles.status} data-status={isLive ? "live" : status} title={word}>
      <span className={styles.dot} aria-hidden="true" />
      <span className={isBare ? "visually-hidden" : undefined}>{word}</span>
    </span>
  );
}
