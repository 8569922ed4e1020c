/** Who may use the server and how, and what is set. The URL says which part is open. */

import { useQuery } from "@tanstack/react-query";
import { Link, useSearchParams } from "react-router";

import { accounts } from "../api/accounts";
import { Tabs } from "../ui/Tabs";
import { AuditPart } from "./AuditPart";
import { KeysPart } from "./KeysPart";
import { ProjectsPart } from "./ProjectsPart";
import styles from "./Settings.module.css";
import { SwitchesPart } from "./SwitchesPart";
import { UsersPart } from "./UsersPart";

const PARTS = [
  { id: "keys", name: "Keys", Part: KeysPart },
  { id: "users", name: "Users", Part: UsersPart },
  { id: "projects", name: "Projects", Part: ProjectsPart },
  { id: "switches", name: "Switches", Part: SwitchesPart },
  { id: "audit", name: "Audit", Part: AuditPart },
] as const;

export function SettingsPage() {
  const [search, setSearch] = useSearchParams();
  const me = useQuery({ queryKey: ["me"], queryFn: accounts.me, staleTime: 60_000 });
  const open = PARTS.find((part) => part.id === search.get("part")) ?? PARTS[0];
  const { Part } = open;
  return (
    <div className={styles.page}>
      <h1>Settings</h1>
      {me.data?.is_open && (
        <p className={styles.note}>
          Everybody who can use this machine may do everything here: there are no users and keys.{" "}
          <Link to="/sign-in?new=1&to=/settings">Register the first user</Link>
        </p>
      )}
      <Tabs
        label="Parts of the settings"
        tabs={PARTS.map(({ id, name }) => ({ id, name }))}
        open={open.id}
        onOpen={(part) => setSearch({ part }, { replace: true })}
      >
        <Part />
      </Tabs>
    </div>
  );
}
