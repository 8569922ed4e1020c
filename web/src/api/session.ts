/** What every request says of who asks: for which project, and that the page itself asks. */

/** The project that everything is in unless another is named. */
export const USUAL_PROJECT = "default";
const PARAMETER = "project";

let csrf: string | null = null;

/** Keeps what the server said a page must send to change something. */
export function keepCsrf(text: string | null): void {
  if (text) csrf = text;
}

/** The project that the page's address names. */
export function projectOf(search: string): string {
  return new URLSearchParams(search).get(PARAMETER) || USUAL_PROJECT;
}

/** The part of the page's address that names a project; the usual one is not named. */
export function searchFor(project: string): string {
  return project === USUAL_PROJECT ? "" : `?${new URLSearchParams({ [PARAMETER]: project })}`;
}

/** The headers of a request; those that change something send what the server gave. */
export function headersFor(method: string, search: string): Record<string, string> {
  const project = projectOf(search);
  return {
    accept: "application/json",
    ...(project !== USUAL_PROJECT && { "X-Backtrail-Project": project }),
    ...(method !== "GET" && { "content-type": "application/json" }),
    ...(method !== "GET" && csrf && { "X-CSRF-Token": csrf }),
  };
}
