/** What was done with users, keys and projects, and what was refused. */

import { accounts } from "../api/accounts";
import { momentText } from "../ui/time";
import { useCursorPages } from "../ui/useCursorPages";
import { Rows } from "./Rows";
import styles from "./Settings.module.css";

const COLUMNS = ["time", "what", "by", "project", "from"];

export function AuditPart() {
  const audit = useCursorPages({ key: ["audit"], read: accounts.audit, rowsOf: (page) => page.audit });
  return (
    <div className={styles.part}>
      <Rows label="Audit" what="the audit" columns={COLUMNS} pages={audit} none="Nothing was done yet.">
        {audit.rows.map((one) => (
          <tr key={one.audit_id}>
            <td>{momentText(one.time_unix_ns)}</td>
            <td>
              <code>{one.action}</code> {one.about}
              {one.times > 1 ? ` ${one.times}×` : ""}
            </td>
            <td data-wide>{one.actor}</td>
            <td data-wide>{one.project ?? ""}</td>
            <td data-wide>{one.address}</td>
          </tr>
        ))}
      </Rows>
    </div>
  );
}
