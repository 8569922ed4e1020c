/** What may stand at a place of a text, asked for once the writing pauses. */

import { useEffect, useState } from "react";

import type { Completion } from "../api/types";
import { charactersBefore, type Written } from "./completing";

/** Asks with a text and a place in it, counted in whole characters. */
export type Complete = (text: string, position: number) => Promise<readonly Completion[]>;

const PAUSE_MS = 90;
const NONE: readonly Completion[] = [];

interface Answer {
  to: Written | null;
  offers: readonly Completion[];
}

/** The offers for what was written last; `isFresh` is false while they are those for a text before. */
export function useCompletions(complete: Complete | undefined, written: Written | null) {
  const [answer, setAnswer] = useState<Answer>({ to: null, offers: NONE });
  // Follows what is written; an answer that comes after more was written is dropped.
  useEffect(() => {
    if (!complete || !written) return;
    let isDropped = false;
    const take = (offers: readonly Completion[]) => {
      if (!isDropped) setAnswer({ to: written, offers });
    };
    const timer = setTimeout(() => {
      // Without an answer there is nothing to offer; the query itself says what is wrong.
      complete(written.text, charactersBefore(written.text, written.caret)).then(take, () => take(NONE));
    }, PAUSE_MS);
    return () => {
      isDropped = true;
      clearTimeout(timer);
    };
  }, [complete, written]);
  return { offers: written ? answer.offers : NONE, isFresh: answer.to === written };
}
