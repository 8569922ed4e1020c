/** What stands around every page: where one may go, and the switch between light and dark. */

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link, NavLink, Outlet } from "react-router";

import { api } from "../api/client";
import styles from "./Frame.module.css";
import { KeyHelp } from "./KeyHelp";
import { useKeys } from "./keys";
import { chosenTheme, chooseTheme, otherTheme } from "./theme";

const PLACES = [
  ["/", "Home"],
  ["/traces", "Traces"],
  ["/errors", "Errors"],
  ["/sessions", "Sessions"],
] as const;

export function Frame() {
  const [isHelpOpen, setHelpOpen] = useState(false);
  const [theme, setTheme] = useState(chosenTheme);
  const health = useQuery({ queryKey: ["health"], queryFn: api.health, staleTime: 60_000 });
  useKeys({ "?": () => setHelpOpen(true) });

  const change = () => setTheme(chooseTheme(otherTheme(theme)));
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
          <button type="button" onClick={change} aria-label={`Use ${otherTheme(theme)} colours`}>
            <svg width="15" height="15" viewBox="0 0 16 16" aria-hidden="true">
              <circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" strokeWidth="1.4" />
              <path d="M8 1.8a6.2 6.2 0 0 1 0 12.4z" fill="currentColor" />
            </svg>
          </button>
          <button type="button" onClick={() => setHelpOpen(true)} aria-label="Show the keys">
            ?
          </button>
        </div>
      </header>
      <main className={styles.main} id="main" tabIndex={-1}>
        <Outlet />
      </main>
      <KeyHelp isOpen={isHelpOpen} onClose={() => setHelpOpen(false)} />
    </div>
  );
}
