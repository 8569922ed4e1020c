/** The present, for texts such as `5 min ago`. */

import { useEffect, useState } from "react";

const REFRESH_MS = 15_000;

export function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  // Follows the clock.
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), REFRESH_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}
