// What was changed by whom: the part of a form that compares, without a page.

/** A thing as the server has it: its fields, and the version that a change must name. */
export interface Version<V> {
  values: V;
  /** null: it has none, or is not made yet. */
  etag: string | null;
}

type Fields = object;

/** Whether two values of a field are the same to the person: by what they hold. */
export function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Of `values` only what differs from `base`. */
export function changesOf<V extends Fields>(base: V, values: Partial<V>): Partial<V> {
  const found: Partial<V> = {};
  for (const name of Object.keys(values) as (keyof V)[]) {
    const value = values[name];
    if (!isSame(base[name], value)) found[name] = value as V[keyof V];
  }
  return found;
}

export type Side = "mine" | "theirs";

/** A field that both versions have differently. */
export interface Difference<V> {
  name: keyof V;
  mine: unknown;
  theirs: unknown;
  /** Whether both people changed it; else only one of them did, and the other one's value is the old one. */
  both: boolean;
  /** What is chosen unless the person says otherwise: what was changed over what was not. */
  side: Side;
}

/** Where my changes to `base` and their version differ, field by field. */
export function compare<V extends Fields>(base: V, mine: Partial<V>, theirs: V): Difference<V>[] {
  const whole = { ...base, ...mine };
  const found: Difference<V>[] = [];
  for (const name of Object.keys(theirs) as (keyof V)[]) {
    if (isSame(whole[name], theirs[name])) continue;
    const changedByMe = !isSame(base[name], whole[name]);
    const changedByThem = !isSame(base[name], theirs[name]);
    const side: Side = changedByMe ? "mine" : "theirs";
    found.push({ name, mine: whole[name], theirs: theirs[name], both: changedByMe && changedByThem, side });
  }
  return found;
}

/** What is to be changed in their version so that each field is as chosen. */
export function resolve<V extends Fields>(differences: readonly Difference<V>[], sides: ReadonlyMap<keyof V, Side>): Partial<V> {
  const found: Partial<V> = {};
  for (const { name, mine, side } of differences) {
    if ((sides.get(name) ?? side) === "mine") found[name] = mine as V[keyof V];
  }
  return found;
}
