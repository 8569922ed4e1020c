/** What stands around every page: where one may go, and the switch between light and dark. */

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link, NavLink, Outlet } from "react-router";

import { api } from "../api/client";
import styles from "./Frame.module.css";
import { KeyHelp } from "./KeyHelp";
import { useKeys } from "./keys";
import { Reader } from "./Reader";
import { Switches } from "./Switches";

const PLACES = [
  ["/", "Home"],
  ["/traces", "Traces"],
  ["/errors", "Errors"],
  ["/sessions", "Sessions"],
  ["/settings", "Settings"],
] as const;

export function Frame() {
  const [isHelpOpen, setHelpOpen] = useState(false);
  const health = useQuery({ queryKey: ["health"], queryFn: api.health, staleTime: 60_000 });
  useKeys({ "?": () => setHelpOpen(true) });

  return (
    <div className={styles.frame}>
      <header className={styles.bar}>
        <Link to="/" className={styles.brand}>
          Backtrail <span className={styles.project}>{health.data?.project}</span>
        </Link>
        <nav className={styles.nav} aria-label="Pages">
          {PLACES.map(([to, name]) => (
            <NavLink key={to} to={to} end={to === "/"}>
              {name}
            </NavLink>
          ))}
        </nav>
        <div className={styles.tools}>
          <Reader />
          <Switches onHelp={() => setHelpOpen(true)} />
        </div>
      </header>
      <main className={styles.main} id="main" tabIndex={-1}>
        <Outlet />
      </main>
      <KeyHelp isOpen={isHelpOpen} onClose={() => setHelpOpen(false)} />
    </div>
  );
}
