/** A text that is shown this once, and copied by a button. */

import { useState } from "react";

import styles from "./Secret.module.css";

interface Props {
  name: string;
  text: string;
  onClose: () => void;
}

export function Secret({ name, text, onClose }: Props) {
  const [said, setSaid] = useState("");
  const copy = () => {
    // Without TLS a browser may refuse; then the text is marked, to be copied by hand.
    const copied = window.isSecureContext ? navigator.clipboard.writeText(text) : Promise.reject();
    copied.then(
      () => setSaid("copied"),
      () => setSaid("not copied: mark the text and copy it"),
    );
  };
  return (
    <section className={styles.secret} aria-label={name}>
      <p>{name}: it is shown this once, and kept nowhere.</p>
      <code data-testid="secret">{text}</code>
      <div>
        <button type="button" onClick={copy}>
          Copy
        </button>
        <button type="button" onClick={onClose}>
          I have it
        </button>
        <span role="status">{said}</span>
      </div>
    </section>
  );
}
