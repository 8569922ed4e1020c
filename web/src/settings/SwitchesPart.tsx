/** What is set, and where each value came from. */

import { useQuery } from "@tanstack/react-query";

import { accounts } from "../api/accounts";
import { valueText } from "../ui/text";
import { Rows } from "./Rows";

const COLUMNS = ["name", "value", "from"];

export function SwitchesPart() {
  const switches = useQuery({ queryKey: ["switches"], queryFn: accounts.switches });
  const { isPending, error, refetch } = switches;
  return (
    <Rows
      label="Switches"
      what="switches"
      columns={COLUMNS}
      none="Nothing can be set."
      pages={{ isPending, error, refetch, rows: switches.data ?? [] }}
    >
      {switches.data?.map((one) => (
        <tr key={one.name}>
          <th scope="row">
            <code>{one.name}</code>
          </th>
          <td>
            <code>{valueText(one.value)}</code>
          </td>
          <td data-wide>{one.source}</td>
        </tr>
      ))}
    </Rows>
  );
}
