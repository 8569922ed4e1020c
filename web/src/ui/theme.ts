/** Light or dark: what the reader chose, else what the system prefers. */

export type Theme = "light" | "dark";

const KEY = "backtrail.theme";

/** A browser may refuse to keep anything for a page that is a file. */
function keptTheme(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function keepTheme(theme: Theme): void {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // It holds as long as the page is open.
  }
}

export function chosenTheme(): Theme {
  const kept = keptTheme();
  if (kept === "light" || kept === "dark") return kept;
  return window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

export function otherTheme(theme: Theme): Theme {
  return theme === "dark" ? "light" : "dark";
}

/** Shows the page in a theme, and keeps the choice. */
export function chooseTheme(theme: Theme): Theme {
  keepTheme(theme);
  document.documentElement.dataset["theme"] = theme;
  return theme;
}

/** Shows a choice that was kept; without one the system decides. */
export function applyKeptTheme(): void {
  const kept = keptTheme();
  if (kept === "light" || kept === "dark") document.documentElement.dataset["theme"] = kept;
}
