// A form: what the server has, what the person changed, and how both come together. What is changed is kept in this tab until it is saved.
import { computed, signal } from "@preact/signals";
import { draftOf, keepDraft } from "../shared/drafts";
import { session } from "../shared/staff/session";
import { codeOf, decide } from "./api";
import { sayWrong } from "./text";
import { changesOf, compare, type Difference, resolve, type Side, type Version } from "./versions";

export interface Spec<V extends object> {
  /** Where its draft is kept: one for each thing, such as `product.p_1` or `product.new`. */
  place: string;
  /** Reads the thing as it stands; for something new, the empty form. */
  read: () => Promise<Version<V>>;
  /** Saves the changes to the version of `etag` and returns what has become of it; null: nothing is left to be edited here. */
  save: (changes: Partial<V>, whole: V, etag: string | null) => Promise<Version<V> | null>;
  /** What is wrong, by field, in words, before anything is sent. */
  check?: (values: V) => Errors<V>;
  /** Fields of the server's that have another name in the form. */
  names?: Readonly<Record<string, keyof V>>;
  /** Fields that may not be kept, such as a password. */
  secret?: readonly (keyof V)[];
  /** Whether it may be saved as it is opened: something new whose defaults will do. */
  fresh?: boolean;
}

/** What is wrong, in words, by field. */
export type Errors<V> = Partial<Record<keyof V, string>>;

/** How a field is called and shown where two versions are compared. */
export interface Description {
  label: string;
  show: (value: unknown) => string;
}

interface Draft<V> {
  base: V;
  etag: string | null;
  changes: Partial<V>;
}

export interface Conflict<V> {
  theirs: Version<V>;
  differences: readonly Difference<V>[];
}

export class FormState<V extends object> {
  /** What the changes are changes to; null: not read yet. */
  readonly stored = signal<Version<V> | null>(null);
  readonly changes = signal<Partial<V>>({});
  readonly errors = signal<Errors<V>>({});
  /** A code of what went wrong with all of it: reading, or saving; null: nothing. */
  readonly failure = signal<string | null>(null);
  readonly saving = signal(false);
  readonly conflict = signal<Conflict<V> | null>(null);
  readonly dirty = computed(() => Object.keys(this.changes.value).length > 0);
  /** Counts refused attempts: the page moves to the first field that is wrong. */
  readonly refused = signal(0);
  readonly descriptions = new Map<keyof V, Description>();

  constructor(public spec: Spec<V>) {}

  /** What stands in the fields; only once the thing is read. */
  get values(): V {
    return { ...(this.stored.value?.values as V), ...this.changes.value };
  }

  private get place(): string {
    return `${session.peek()?.viewer ?? ""}.form.${this.spec.place}`;
  }

  /** Reads the thing, and takes up what was changed here before. */
  async load(): Promise<void> {
    this.failure.value = null;
    try {
      const found = await this.spec.read();
      const draft = this.draft();
      if (draft && draft.etag !== found.etag) this.meet({ ...draft, theirs: found });
      else {
        this.stored.value = found;
        this.changes.value = changesOf(found.values, draft?.changes ?? {});
      }
    } catch (error) {
      this.failure.value = codeOf(error);
    }
  }

  set<K extends keyof V>(name: K, value: V[K]): void {
    const now = this.stored.peek();
    if (!now) return;
    this.changes.value = changesOf(now.values, { ...this.changes.peek(), [name]: value } as Partial<V>);
    if (this.errors.peek()[name]) this.errors.value = { ...this.errors.peek(), [name]: undefined };
    this.keep();
  }

  /** Takes back what was changed and not saved; returns what brings it back. */
  discard(): () => void {
    const before = this.changes.peek();
    this.changes.value = {};
    this.errors.value = {};
    this.keep();
    return () => {
      this.changes.value = { ...before, ...this.changes.peek() };
      this.keep();
    };
  }

  /** Saves what was changed. Resolves to whether that is done; else the form says why. */
  async submit(): Promise<boolean> {
    const now = this.stored.peek();
    if (!now || this.saving.peek()) return false;
    const wrong = this.spec.check?.(this.values) ?? {};
    if (Object.values(wrong).some(Boolean)) return this.refuse(wrong as Errors<V>);
    this.errors.value = {};
    this.failure.value = null;
    this.saving.value = true;
    try {
      const sent = this.changes.peek();
      const saved = await this.spec.save(sent, this.values, now.etag);
      this.settle(saved, sent);
      return true;
    } catch (error) {
      return await this.meetFailure(error);
    } finally {
      this.saving.value = false;
    }
  }

  /** What was typed while it was being saved stays changed. */
  private settle(saved: Version<V> | null, sent: Partial<V>): void {
    const since = changesOf(sent as V, this.changes.peek());
    if (saved) this.stored.value = saved;
    this.changes.value = saved ? changesOf(saved.values, since) : {};
    this.keep();
  }

  private refuse(errors: Errors<V>): false {
    this.errors.value = errors;
    this.refused.value++;
    return false;
  }

  private async meetFailure(error: unknown): Promise<boolean> {
    const decision = decide(error);
    if (decision.act === "conflict") return await this.meetConflict(error);
    if (decision.act === "fields") {
      const errors: Errors<V> = {};
      const { names } = this.spec;
      for (const { at, path, code, why } of decision.errors) {
        errors[names?.[path] ?? names?.[at] ?? (at as keyof V)] = sayWrong(code, why);
      }
      this.failure.value = Object.keys(errors).some((name) => this.descriptions.has(name as keyof V)) ? null : codeOf(error);
      return this.refuse(errors);
    }
    this.failure.value = codeOf(error);
    return false;
  }

  /** Somebody else was faster. If what stands there now is what was to be saved, then it was this page, and the answer was lost. */
  private async meetConflict(error: unknown): Promise<boolean> {
    const now = this.stored.peek();
    const theirs = await this.spec.read().catch(() => null);
    if (!now || !theirs || theirs.etag === now.etag) {
      this.failure.value = codeOf(error);
      return false;
    }
    const changes = this.changes.peek();
    if (Object.keys(changesOf(theirs.values, changes)).length === 0) {
      this.settle(theirs, changes);
      return true;
    }
    this.conflict.value = { theirs, differences: compare(now.values, changes, theirs.values) };
    return false;
  }

  /** A draft of an older version: what only one side changed goes together, what both changed is asked. */
  private meet({ base, etag, changes, theirs }: Draft<V> & { theirs: Version<V> }): void {
    const differences = compare(base, changes, theirs.values);
    if (differences.some((each) => each.both)) {
      this.stored.value = { values: base, etag };
      this.changes.value = changes;
      this.conflict.value = { theirs, differences };
      return;
    }
    this.stored.value = theirs;
    this.changes.value = changesOf(theirs.values, resolve(differences, new Map()));
    this.keep();
  }

  /** Takes each field from the side that the person chose; what is mine is then to be saved over their version. */
  choose(sides: ReadonlyMap<keyof V, Side>): void {
    const now = this.conflict.peek();
    if (!now) return;
    this.stored.value = now.theirs;
    this.changes.value = resolve(now.differences, sides);
    this.conflict.value = null;
    this.keep();
  }

  /** Decides nothing yet: what was changed stays in the fields, and saving asks again. */
  setAside(): void {
    this.conflict.value = null;
  }

  private draft(): Draft<V> | null {
    try {
      return JSON.parse(draftOf(this.place) || "null") as Draft<V> | null;
    } catch {
      return null;
    }
  }

  private keep(): void {
    const now = this.stored.peek();
    const changes = { ...this.changes.peek() };
    for (const name of this.spec.secret ?? []) delete changes[name];
    const kept = now && Object.keys(changes).length > 0 ? { base: now.values, etag: now.etag, changes } : null;
    keepDraft(this.place, kept ? JSON.stringify(kept) : "");
  }
}
