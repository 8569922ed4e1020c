/** A message to or from a model, whatever the provider's way to write it. Pure. */

import type { Json } from "../api/types";

export interface ToolCall {
  name: string;
  arguments: Json;
}

export interface Message {
  role: string;
  text: string;
  toolCalls: ToolCall[];
}

type Members = { [name: string]: Json };

function isMembers(value: Json | undefined): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Reads one message of a request. */
export function messageOf(value: Json): Message {
  if (typeof value === "string") return { role: "user", text: value, toolCalls: [] };
  if (!isMembers(value)) return { role: "?", text: JSON.stringify(value), toolCalls: [] };
  if (value["type"] === "function_call") {
    return { role: "assistant", text: "", toolCalls: [toolCallOf(value)] };
  }
  if (value["type"] === "function_call_output") {
    return { role: "tool", text: plain(value["output"]), toolCalls: [] };
  }
  if (typeof value["$cut"] === "number") {
    return { role: "…", text: `${value["$cut"]} more were not kept`, toolCalls: [] };
  }
  const content = value["content"] ?? value["parts"] ?? null;
  const parts = Array.isArray(content) ? content : content === null ? [] : [content];
  const calls = Array.isArray(value["tool_calls"]) ? value["tool_calls"].map(toolCallOf) : [];
  return {
    role: typeof value["role"] === "string" ? value["role"] : "?",
    text: parts.filter((part) => !isToolUse(part)).map(partText).join("\n"),
    toolCalls: [...calls, ...parts.filter(isToolUse).map(toolCallOf)],
  };
}

/** Reads one tool call, in the form of any provider. */
export function toolCallOf(value: Json): ToolCall {
  if (!isMembers(value)) return { name: "?", arguments: value };
  const inner = value["function"] ?? value["functionCall"] ?? value["function_call"];
  const call = isMembers(inner) ? inner : value;
  const given = call["arguments"] ?? call["input"] ?? call["args"] ?? null;
  return { name: typeof call["name"] === "string" ? call["name"] : "?", arguments: parsed(given) };
}

/** The name that a tool is offered by. */
export function toolName(tool: Json): string {
  if (!isMembers(tool)) return String(tool);
  const inner = isMembers(tool["function"]) ? tool["function"] : tool;
  return typeof inner["name"] === "string" ? inner["name"] : "?";
}

function isToolUse(part: Json): boolean {
  if (!isMembers(part)) return false;
  return part["type"] === "tool_use" || "functionCall" in part || "function_call" in part;
}

function partText(part: Json): string {
  if (!isMembers(part)) return plain(part);
  if (part["type"] === "tool_result" && Array.isArray(part["content"])) {
    return part["content"].map(partText).join("\n");
  }
  const said = part["text"] ?? part["thinking"] ?? part["refusal"] ?? part["content"];
  return typeof said === "string" ? said : JSON.stringify(part);
}

function plain(value: Json | undefined): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? null);
}

/** JSON in a text as what it says. */
export function parsed(value: Json): Json {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value) as Json;
  } catch {
    return value;
  }
}
