/** A JSON value that opens and closes; a very large one as text. */

import { JsonView } from "react-json-view-lite";

import type { Json as JsonValue } from "../api/types";
import styles from "./Json.module.css";

/** Above this a value is shown as text: a tree of it would stop the page. */
const TREE_CHARS_MAX = 1_000_000;

const STYLE = {
  container: styles["container"] ?? "",
  basicChildStyle: styles["child"] ?? "",
  childFieldsContainer: styles["children"] ?? "",
  label: styles["label"] ?? "",
  clickableLabel: styles["label"] ?? "",
  nullValue: styles["word"] ?? "",
  undefinedValue: styles["word"] ?? "",
  stringValue: styles["string"] ?? "",
  booleanValue: styles["word"] ?? "",
  numberValue: styles["number"] ?? "",
  otherValue: styles["word"] ?? "",
  punctuation: styles["mark"] ?? "",
  collapseIcon: styles["collapse"] ?? "",
  expandIcon: styles["expand"] ?? "",
  collapsedContent: styles["collapsed"] ?? "",
  noQuotesForStringValues: false,
  quotesForFieldNames: false,
  ariaLables: { collapseJson: "close", expandJson: "open" },
  stringifyStringValues: true,
};

interface Props {
  value: JsonValue;
  label: string;
  /** Levels that are open at first. */
  depth?: number;
}

export function Json({ value, label, depth = 1 }: Props) {
  if (isMissing(value)) return <em className={styles.word}>not there</em>;
  if (value === null || typeof value !== "object") {
    return <code className={styles.plain}>{JSON.stringify(value)}</code>;
  }
  const text = JSON.stringify(value);
  if (text.length > TREE_CHARS_MAX) {
    return <pre className={styles.text}>{text.slice(0, TREE_CHARS_MAX)}…</pre>;
  }
  return (
    <JsonView
      data={value}
      style={STYLE}
      shouldExpandNode={(level) => level < depth}
      clickToExpandNode
      aria-label={label}
    />
  );
}

/** What a comparison puts where one side has no value at all, which is not the same as `null`. */
function isMissing(value: JsonValue): boolean {
  return JSON.stringify(value) === '{"$missing":true}';
}
