/** Locks: who waited for which and who held it, over time and in sums. */

import type { LockTimeline, LockUse } from "../../api/types";
import { Empty } from "../../ui/Empty";
import { Table, type Column } from "../../ui/Table";
import { countText, several } from "../../ui/text";
import { tookText } from "../../ui/time";
import { LockLanes } from "./LockLanes";
import styles from "./LocksTab.module.css";

const COLUMNS: Column<LockUse>[] = [
  { name: "lock", width: "minmax(120px, 3fr)", render: (lock) => <code title={lock.lock}>{lock.lock}</code> },
  { name: "taken", width: "70px", isNumber: true, render: (lock) => countText(lock.acquired) },
  { name: "waited for", width: "80px", isNumber: true, isWide: true, render: (lock) => countText(lock.contended) },
  { name: "gave up", width: "70px", isNumber: true, isWide: true, render: (lock) => countText(lock.timed_out) },
  { name: "waited", width: "80px", isNumber: true, render: (lock) => tookText(lock.wait_ms) },
  { name: "held", width: "80px", isNumber: true, render: (lock) => tookText(lock.hold_ms) },
  { name: "held by", width: "minmax(80px, 1fr)", isWide: true, render: (lock) => lock.held_by.join(", ") || "–" },
];

interface Props {
  locks: LockTimeline;
  onEvent: (eventId: string) => void;
}

export function LocksTab({ locks, onEvent }: Props) {
  if (locks.locks.length === 0) return <Empty text="No lock was waited for in this trace." />;
  return (
    <div className={styles.tab}>
      {locks.deadlocks.map((deadlock) => (
        <section key={deadlock.event_id} className={styles.deadlock} aria-label="Deadlock">
          <p>
            <strong>{deadlock.mechanism}</strong> {deadlock.message}
          </p>
          <ul>
            {deadlock.locks.map((lock) => (
              <li key={lock}>{lock}</li>
            ))}
          </ul>
        </section>
      ))}
      <LockLanes locks={locks} onEvent={onEvent} />
      {locks.inversions.map((inversion) => (
        <section key={inversion.locks.join()} className={styles.inversion}>
          <h3>Taken in different orders</h3>
          <ul>
            {inversion.orders.map((order) => (
              <li key={order.held + order.wanted}>
                <code>{order.held}</code> then <code>{order.wanted}</code> by{" "}
                {order.owners.join(", ")} ({several(order.count, "time")})
              </li>
            ))}
          </ul>
        </section>
      ))}
      <div className={styles.table}>
        <Table label="Locks" columns={COLUMNS} rows={locks.locks} keyOf={(lock) => lock.lock} hasKeys={false} />
      </div>
    </div>
  );
}
