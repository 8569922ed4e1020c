/** The names that took longest, with the share of failures. */

import { Link } from "react-router";

import type { Latency } from "../api/types";
import { Empty } from "../ui/Empty";
import { countText, nameText, term } from "../ui/text";
import { tookText } from "../ui/time";
import styles from "./SlowNames.module.css";

const SHOWN = 12;

export function SlowNames({ latency }: { latency: readonly Latency[] }) {
  if (latency.length === 0) return <Empty text="Nothing was timed in this stretch of time." />;
  const slowest = latency.toSorted((a, b) => b.p95_ms - a.p95_ms).slice(0, SHOWN);
  const most = slowest[0]?.p95_ms || 1;
  return (
    <table className={styles.names}>
      <thead>
        <tr>
          <th scope="col">name</th>
          <th scope="col">runs</th>
          <th scope="col">failed</th>
          <th scope="col">p50</th>
          <th scope="col">p95</th>
        </tr>
      </thead>
      <tbody>
        {slowest.map((one) => (
          <tr key={one.name}>
            <th scope="row">
              <Link to={`/traces?query=${encodeURIComponent(term("name", one.name))}`} title={one.name}>
                {nameText(one.name)}
              </Link>
              <span className={styles.bar} aria-hidden="true">
                <span className={styles.p95} style={{ width: `${(one.p95_ms / most) * 100}%` }} />
                <span className={styles.p50} style={{ width: `${(one.p50_ms / most) * 100}%` }} />
              </span>
            </th>
            <td>{countText(one.count)}</td>
            <td data-failed={one.failed > 0 || undefined}>{countText(one.failed)}</td>
            <td>{tookText(one.p50_ms)}</td>
            <td>{tookText(one.p95_ms)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
