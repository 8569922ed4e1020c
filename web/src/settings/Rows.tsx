/** A table of what a server holds, with a way to what comes behind it. */

import type { ReactNode } from "react";

import { Empty, Loading } from "../ui/Empty";
import { Problem } from "../ui/Problem";
import styles from "./Settings.module.css";

interface Props {
  label: string;
  /** For `Reading …`. */
  what: string;
  columns: readonly string[];
  /** Said where there is none. */
  none: string;
  pages: {
    isPending: boolean;
    error: Error | null;
    rows: readonly unknown[];
    hasNextPage?: boolean;
    readMore?: () => void;
    refetch: () => unknown;
  };
  children: ReactNode;
}

/** Columns that a narrow page has room for: the first two, and those without a name. */
const NARROW = 2;

export function Rows({ label, what, columns, none, pages, children }: Props) {
  if (pages.isPending) return <Loading what={what} />;
  if (pages.error) return <Problem error={pages.error} onRetry={() => void pages.refetch()} />;
  if (pages.rows.length === 0) return <Empty text={none} />;
  return (
    <>
      <table className={styles.rows} aria-label={label}>
        <thead>
          <tr>
            {columns.map((column, at) => (
              <th key={column} scope="col" data-wide={(at >= NARROW && column !== "") || undefined}>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
      {pages.hasNextPage && (
        <button type="button" className={styles.more} onClick={pages.readMore}>
          More
        </button>
      )}
    </>
  );
}
