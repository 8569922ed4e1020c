/** Names that took longer in the right trace: two bars for each. */

import type { SlowerName } from "../api/types";
import { tookText } from "../ui/time";
import styles from "./ComparePage.module.css";

export function SlowerNames({ slower }: { slower: readonly SlowerName[] }) {
  const most = Math.max(0.001, ...slower.map((one) => Math.max(one.left_total_ms, one.right_total_ms)));
  return (
    <ul className={styles.slower}>
      {slower.map((one) => (
        <li key={one.sort + one.name}>
          <span title={one.sort}>{one.name}</span>
          <div>
            <Bar part={one.left_total_ms / most} text={`${one.left_count} × ${tookText(one.left_ms)}`} />
            <Bar part={one.right_total_ms / most} text={`${one.right_count} × ${tookText(one.right_ms)}`} isRight />
          </div>
        </li>
      ))}
    </ul>
  );
}

function Bar({ part, text, isRight = false }: { part: number; text: string; isRight?: boolean }) {
  return (
    <div className={styles.bar} data-right={isRight || undefined}>
      <span style={{ width: `${part * 70}%` }} />
      <small>
        {isRight ? "right" : "left"} {text}
      </small>
    </div>
  );
}
