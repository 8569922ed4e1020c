/** Where one goes after signing in. Pure: tested without a page. */

/** A place within these pages; anything else is the first page. */
export function placeBehind(to: string | null): string {
  const isHere = to !== null && /^\/(?![/\\])/.test(to) && !to.startsWith("/sign-in");
  return isHere ? to : "/";
}
