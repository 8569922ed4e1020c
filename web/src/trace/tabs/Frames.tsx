/** Frames of an error, the innermost first; one opens to its source and its locals. */

import { useState } from "react";

import type { Frame } from "../../api/types";
import { Json } from "../../ui/Json";
import { Source } from "../../ui/Source";
import { fileName, several } from "../../ui/text";
import styles from "./Frames.module.css";

export function Frames({ frames, cut }: { frames: readonly Frame[]; cut: number }) {
  const first = Math.max(0, frames.findIndex((frame) => frame.is_app));
  return (
    <ol className={styles.frames} aria-label="Frames, the innermost first">
      {frames.map((frame, at) => (
        <FrameItem key={at} frame={frame} isFirst={at === first} />
      ))}
      {cut > 0 && <li className={styles.cut}>{several(cut, "frame")} more were not kept</li>}
    </ol>
  );
}

function FrameItem({ frame, isFirst }: { frame: Frame; isFirst: boolean }) {
  const [isOpen, setOpen] = useState(isFirst);
  const locals = Object.entries(frame.locals ?? {});
  return (
    <li className={styles.frame} data-app={frame.is_app || undefined}>
      <button
        type="button"
        className={styles.head}
        aria-expanded={isOpen}
        title={frame.file}
        onClick={() => setOpen(!isOpen)}
      >
        <code className={styles.place}>
          {fileName(frame.file)}:{frame.line}
        </code>
        <span className={styles.function}>{frame.qualified || frame.function}</span>
        <code className={styles.code}>{frame.code}</code>
      </button>
      {isOpen && (
        <div className={styles.body}>
          {frame.source?.length ? (
            <Source
              lines={frame.source}
              marked={frame.line}
              label={`Source of ${frame.function}`}
            />
          ) : null}
          {locals.length > 0 ? (
            <dl className={styles.locals} aria-label={`Locals of ${frame.function}`}>
              {locals.map(([name, value]) => (
                <div key={name}>
                  <dt>
                    <code>{name}</code>
                  </dt>
                  <dd>
                    <Json value={value} label={name} depth={isFirst ? 2 : 1} />
                  </dd>
                </div>
              ))}
              {frame.locals_cut ? <p className={styles.cut}>{frame.locals_cut} more were not kept</p> : null}
            </dl>
          ) : (
            <p className={styles.cut}>No locals were kept of this frame.</p>
          )}
        </div>
      )}
    </li>
  );
}
