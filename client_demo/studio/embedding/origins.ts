/** What is wrong with a line that is to be an origin. */
export type Wrong = "no_address" | "unsafe";

const LOOPBACK = /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Returns the origin that a line names, which may be the address of any page of it; or what is wrong with it. Pure. */
export function asOrigin(line: string): { origin: string } | { wrong: Wrong } {
  let url: URL;
  try {
    url = new URL(/^[a-z][a-z0-9+.-]*:\/\//i.test(line) ? line : `https://${line}`);
  } catch {
    return { wrong: "no_address" };
  }
  if (!["https:", "http:"].includes(url.protocol) || !url.hostname || url.hostname.includes("*")) return { wrong: "no_address" };
  if (url.protocol === "http:" && !LOOPBACK.test(url.hostname)) return { wrong: "unsafe" };
  return { origin: url.origin };
}

/** The lines of a box that hold something. */
export function linesOf(text: string): string[] {
  return text
    .split(/\s+/)
    .map((line) => line.trim())
    .filter(Boolean);
}

/** The first line that names no origin, and why; null: all do. */
export function firstWrong(text: string): { line: string; wrong: Wrong } | null {
  for (const line of linesOf(text)) {
    const found = asOrigin(line);
    if ("wrong" in found) return { line, wrong: found.wrong };
  }
  return null;
}

/** The origins that a box names, each once. */
export function originsOf(text: string): string[] {
  const found = linesOf(text).flatMap((line) => {
    const each = asOrigin(line);
    return "origin" in each ? [each.origin] : [];
  });
  return [...new Set(found)];
}
