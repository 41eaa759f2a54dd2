// What the page reads of an AsyncAPI 3 document: our own, so its shape is known.

export interface Schema {
  $ref?: string;
  type?: string;
  enum?: (string | number)[];
  anyOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  additionalProperties?: Schema | boolean;
  description?: string;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  pattern?: string;
}

export interface Ref {
  $ref: string;
}

export interface Message {
  name: string;
  summary: string;
  payload: Ref;
}

export interface Operation {
  action: "receive" | "send";
  summary: string;
  tags?: { name: string }[];
  messages: Ref[];
  reply?: { messages: Ref[] };
}

export interface AsyncApi {
  info: { title: string; version: string; description: string };
  servers: { here: { host: string; protocol: string } };
  channels: { live: { address: string } };
  operations: Record<string, Operation>;
  components: { messages: Record<string, Message>; schemas: Record<string, Schema> };
}

/** The last part of a reference: the name of what it refers to. */
export function nameOf(ref: string): string {
  return ref.slice(ref.lastIndexOf("/") + 1);
}

/** A schema in a few words, such as `integer, 1–50` or `Question | null`. */
export function inWords(schema: Schema): string {
  if (schema.$ref) return nameOf(schema.$ref);
  if (schema.anyOf) return schema.anyOf.map(inWords).join(" | ");
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (schema.type === "array" && schema.items)
    return `list of ${inWords(schema.items)}${range(schema.minItems, schema.maxItems)}`;
  if (typeof schema.additionalProperties === "object") return `${inWords(schema.additionalProperties)} by name`;
  const limits =
    schema.type === "string" ? range(schema.minLength, schema.maxLength, " characters") : range(schema.minimum, schema.maximum);
  return `${schema.type ?? "anything"}${limits}`;
}

function range(least: number | undefined, most: number | undefined, unit = ""): string {
  if (least === undefined && most === undefined) return "";
  if (most === undefined) return `, from ${least}${unit}`;
  return least === undefined ? `, up to ${most}${unit}` : `, ${least}–${most}${unit}`;
}
