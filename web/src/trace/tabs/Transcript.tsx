/** One call to a model with all that was said. */

import type { Json as JsonValue, LlmCall } from "../../api/types";
import { Json } from "../../ui/Json";
import { messageOf, parsed, toolCallOf, toolName, type Message } from "../messages";
import styles from "./LlmTab.module.css";

interface Props {
  call: LlmCall;
  body: Record<string, JsonValue>;
}

export function Transcript({ call, body }: Props) {
  const messages = list(body["messages"]).map(messageOf);
  const tools = list(body["tools"]);
  const text = typeof body["text"] === "string" ? body["text"] : "";
  const answer = { role: "assistant", text, toolCalls: list(body["tool_calls"]).map(toolCallOf) };
  const parameters = body["parameters"];
  return (
    <div className={styles.transcript}>
      {messages.map((message, at) => (
        <Said key={at} message={message} />
      ))}
      {(answer.text || answer.toolCalls.length > 0) && <Said message={answer} isAnswer />}
      {!answer.text && body["response_body"] !== undefined && body["response_body"] !== null && (
        <Json value={body["response_body"]} label="The answer as it came" depth={2} />
      )}
      {call.error && <p className={styles.failure}>{call.error}</p>}
      {tools.length > 0 && (
        <details>
          <summary>Tools offered: {tools.map(toolName).join(", ")}</summary>
          <Json value={tools} label="Tools" depth={2} />
        </details>
      )}
      {parameters !== undefined && (
        <details>
          <summary>Parameters</summary>
          <Json value={parameters} label="Parameters" depth={2} />
        </details>
      )}
    </div>
  );
}

function Said({ message, isAnswer = false }: { message: Message; isAnswer?: boolean }) {
  const value = parsed(message.text);
  return (
    <div className={styles.said} data-role={message.role} data-answer={isAnswer || undefined}>
      <h3>{isAnswer ? "answer" : message.role}</h3>
      {message.text && typeof value === "object" && value !== null ? (
        <Json value={value} label={message.role} depth={2} />
      ) : (
        message.text && <p>{message.text}</p>
      )}
      {message.toolCalls.map((call, at) => (
        <div key={at} className={styles.tool}>
          <strong>{call.name}</strong>
          <Json value={call.arguments} label={`Arguments of ${call.name}`} depth={2} />
        </div>
      ))}
    </div>
  );
}

function list(value: JsonValue | undefined): JsonValue[] {
  return Array.isArray(value) ? value : [];
}
