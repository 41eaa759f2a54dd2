// Options as they are typed, and the variants that follow from them. Pure.

export interface OptionText {
  name: string;
  /** Values with commas between them. */
  values: string;
}

export const OPTIONS_MOST = 3;
export const VARIANTS_MOST = 100;

/** The values in a text such as `S, M, L` or `白、黒`, each once, in their order. */
export function valuesOf(text: string): string[] {
  const found = text
    .split(/[,、，\n]/)
    .map((each) => each.trim().replace(/\s+/g, " "))
    .filter(Boolean);
  return found.filter((each, at) => found.findIndex((other) => other.toLowerCase() === each.toLowerCase()) === at);
}

/** Options that say something: with a name and a value. */
export function whole(options: readonly OptionText[]): { name: string; values: string[] }[] {
  return options
    .map(({ name, values }) => ({ name: name.trim(), values: valuesOf(values) }))
    .filter(({ name, values }) => name && values.length > 0);
}

/** Every combination of the values, the last option changing fastest. */
export function combinations(options: readonly { values: readonly string[] }[]): string[][] {
  if (options.length === 0) return [];
  return options.reduce<string[][]>((all, { values }) => all.flatMap((each) => values.map((value) => [...each, value])), [[]]);
}
