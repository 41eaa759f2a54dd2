// What people write, measured and shortened as the server does it (server/text): in code points of the text as it is kept. Nothing is cut
// inside a character, and nothing that is typed is cut at all: what is too long is said, and not sent.

const NOT_KEPT = /[^\P{Cc}\n]|[\p{Cs}\p{Noncharacter_Code_Point}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
const EDGES = /^[\s\u200b\u2060\u2800\u3164\uffa0]+|[\s\u200b\u2060\u2800\u3164\uffa0]+$/gu;

/** The text as the server keeps it, but for heaps of marks. Letters that this browser does not know, and joiners, stay. */
export function asKept(text: string): string {
  const lines = text.replace(/\r\n|[\r\v\f\u0085\u2028\u2029]/gu, "\n").replaceAll("\t", " ");
  return lines.replace(NOT_KEPT, "").normalize("NFC").replace(EDGES, "");
}

/** The same on one line. */
export function asKeptLine(text: string): string {
  return asKept(text.replace(/\s+/gu, " "));
}

/** How long the server finds a text: the code points of what it keeps. */
export function lengthOf(text: string): number {
  return [...asKept(text)].length;
}

/** The first `most` code points of what a machine wrote, such as a campaign's name: never half of one. */
export function firstOf(text: string, most: number): string {
  return [...text].slice(0, most).join("");
}

/** The beginning of a text for a place where one line must do: at most `most` characters as people see them, the last an ellipsis. */
export function brief(text: string, most = 60): string {
  const line = text.replace(/\s+/gu, " ").trim();
  const characters = [...new Intl.Segmenter().segment(line)].map((each) => each.segment);
  if (characters.length <= most) return line;
  return `${characters
    .slice(0, most - 1)
    .join("")
    .trimEnd()}…`;
}
