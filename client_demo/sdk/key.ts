/** A new idempotency key. `randomUUID` exists only where the page is served safely; random bytes exist everywhere. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `k-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
