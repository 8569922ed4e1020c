/** Light or dark: what the reader chose, else what the system prefers. */

export type Theme = "light" | "dark";

const KEY = "backtrail.theme";

export function chosenTheme(): Theme {
  const kept = localStorage.getItem(KEY);
  if (kept === "light" || kept === "dark") return kept;
  return window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

export function otherTheme(theme: Theme): Theme {
  return theme === "dark" ? "light" : "dark";
}

/** Shows the page in a theme, and keeps the choice. */
export function chooseTheme(theme: Theme): Theme {
  localStorage.setItem(KEY, theme);
  document.documentElement.dataset["theme"] = theme;
  return theme;
}

/** Shows a choice that was kept; without one the system decides. */
export function applyKeptTheme(): void {
  const kept = localStorage.getItem(KEY);
  if (kept === "light" || kept === "dark") document.documentElement.dataset["theme"] = kept;
}
