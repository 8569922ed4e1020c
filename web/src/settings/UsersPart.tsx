/** Users, and invitations by which others become users. */

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { accounts } from "../api/accounts";
import type { MadeInvitation, Role } from "../api/types";
import form from "../ui/Form.module.css";
import { Problem } from "../ui/Problem";
import { Secret } from "../ui/Secret";
import { momentText } from "../ui/time";
import { Twice } from "../ui/Twice";
import { useCursorPages } from "../ui/useCursorPages";
import { Rows } from "./Rows";
import styles from "./Settings.module.css";

const ROLES: readonly Role[] = ["read", "write", "admin"];
const COLUMNS = ["name", "roles", "since", "signed in", ""];
const KEY = ["users"];

export function UsersPart() {
  const queries = useQueryClient();
  const [role, setRole] = useState<Role>("read");
  const [made, setMade] = useState<MadeInvitation | null>(null);
  const users = useCursorPages({ key: KEY, read: accounts.users, rowsOf: (page) => page.users });
  const invite = useMutation({ mutationFn: () => accounts.invite(role), onSuccess: setMade });
  const remove = useMutation({
    mutationFn: accounts.removeUser,
    onSuccess: () => queries.invalidateQueries({ queryKey: KEY }),
  });
  const failed = invite.error ?? remove.error;
  return (
    <div className={styles.part}>
      <form
        className={form.form}
        aria-label="New invitation"
        onSubmit={(event) => {
          event.preventDefault();
          invite.mutate();
        }}
      >
        <label>
          Role
          <select value={role} onChange={(event) => setRole(event.target.value as Role)}>
            {ROLES.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </label>
        <button type="submit" className={form.main} disabled={invite.isPending}>
          Invite somebody
        </button>
      </form>
      {made && (
        <Secret
          name={`The invitation, good until ${momentText(made.expires_unix_ns)}`}
          text={made.invitation}
          onClose={() => setMade(null)}
        />
      )}
      {failed && <Problem error={failed} />}
      <Rows label="Users" what="users" columns={COLUMNS} pages={users} none="There is no user.">
        {users.rows.map((user) => (
          <tr key={user.name}>
            <th scope="row">{user.name}</th>
            <td>
              {Object.entries(user.roles)
                .map(([project, one]) => `${one} of ${project}`)
                .join(", ")}
            </td>
            <td data-wide>{momentText(user.created_unix_ns)}</td>
            <td data-wide>{user.login_unix_ns === null ? "never" : momentText(user.login_unix_ns)}</td>
            <td>
              <Twice
                name="Remove"
                sure={`Really remove ${user.name}?`}
                isBusy={remove.isPending}
                onDo={() => remove.mutate(user.name)}
              />
            </td>
          </tr>
        ))}
      </Rows>
    </div>
  );
}
