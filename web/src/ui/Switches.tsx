/** Light or dark, and the sheet of keys. */

import { useState } from "react";

import { chosenTheme, chooseTheme, otherTheme } from "./theme";

export function Switches({ onHelp }: { onHelp: () => void }) {
  const [theme, setTheme] = useState(chosenTheme);
  const change = () => setTheme(chooseTheme(otherTheme(theme)));
  return (
    <>
      <button type="button" onClick={change} aria-label={`Use ${otherTheme(theme)} colours`}>
        <svg width="15" height="15" viewBox="0 0 16 16" aria-hidden="true">
          <circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" strokeWidth="1.4" />
          <path d="M8 1.8a6.2 6.2 0 0 1 0 12.4z" fill="currentColor" />
        </svg>
      </button>
      <button type="button" onClick={onHelp} aria-label="Show the keys">
        ?
      </button>
    </>
  );
}
