/** A button for what cannot be taken back: it asks once more. */

import { useState } from "react";

interface Props {
  name: string;
  /** What is asked before it is done. */
  sure: string;
  isBusy?: boolean;
  onDo: () => void;
}

export function Twice({ name, sure, isBusy = false, onDo }: Props) {
  const [isAsked, setAsked] = useState(false);
  const press = () => {
    if (isAsked) onDo();
    setAsked(!isAsked);
  };
  return (
    <button
      type="button"
      disabled={isBusy}
      aria-pressed={isAsked}
      onClick={press}
      onBlur={() => setAsked(false)}
      onKeyDown={(event) => event.key === "Escape" && setAsked(false)}
    >
      {isAsked ? sure : name}
    </button>
  );
}
