// A list of the server's, page by page. What was read stays for this visit: who comes back from a thing sees the list at once, and then fresh.
import { signal } from "@preact/signals";
import { type Answer, codeOf, decide, read } from "./api";

export interface Listed<T> {
  items: readonly T[];
  /** Where the next page begins; null: there is none. */
  next: string | null;
}

type Page = Readonly<Record<string, unknown>> & { next?: string | null };

/** As many rows as fit a long screen. */
const PAGE = 50;

const kept = new Map<string, Listed<unknown>>();

/** Forgets what lists held: after something was made or changed whose place in a list is not known. */
export function forgetLists(): void {
  kept.clear();
}

export class ListState<T> {
  /** null: not read yet. */
  readonly found = signal<Listed<T> | null>(null);
  /** Why the last request failed, as a code. */
  readonly failure = signal<string | null>(null);
  readonly busy = signal(false);
  private turn = 0;
  private place = "";

  /** `things` names the list in the answers; `reader` is for tests. */
  constructor(
    private readonly things: string,
    private readonly keyOf: (item: T) => string,
    private readonly reader: (path: string) => Promise<Answer<Page>> = read,
  ) {}

  /** Reads the list at a path: its first page, or as many as were there before. */
  async open(path: string): Promise<void> {
    this.place = path;
    const before = kept.get(path) as Listed<T> | undefined;
    this.found.value = before ?? (this.found.peek() && null);
    await this.fetch(async () => {
      const wanted = before?.items.length ?? 1;
      let all: Listed<T> = { items: [], next: null };
      do all = joinPages(all, await this.page(path, all.next), this.keyOf);
      while (all.next && all.items.length < wanted);
      return all;
    });
  }

  /** Reads the next page. */
  async more(): Promise<void> {
    const now = this.found.peek();
    if (!now?.next || this.busy.peek()) return;
    await this.fetch(async () => joinPages(now, await this.page(this.place, now.next), this.keyOf));
  }

  /** The same once more, by a person's wish. */
  again(): Promise<void> {
    return this.open(this.place);
  }

  /** Puts what has become of one thing into the list at once; null takes it out. */
  put(key: string, item: T | null): void {
    const now = this.found.peek();
    if (!now) return;
    const items = now.items.flatMap((each) => (this.keyOf(each) !== key ? [each] : item ? [item] : []));
    this.keep({ ...now, items });
  }

  private keep(found: Listed<T>): void {
    kept.set(this.place, found);
    this.found.value = found;
  }

  private async fetch(job: () => Promise<Listed<T>>): Promise<void> {
    const mine = ++this.turn;
    this.failure.value = null;
    this.busy.value = true;
    try {
      const found = await job();
      if (mine === this.turn) this.keep(found);
    } catch (error) {
      if (mine === this.turn && decide(error).act !== "sign_in") {
        this.failure.value = codeOf(error);
      }
    } finally {
      if (mine === this.turn) this.busy.value = false;
    }
  }

  private async page(path: string, cursor: string | null): Promise<Listed<T>> {
    const query = new URLSearchParams({ limit: String(PAGE), ...(cursor && { cursor }) });
    const { value } = await this.reader(`${path}${path.includes("?") ? "&" : "?"}${query}`);
    return { items: value[this.things] as T[], next: value.next ?? null };
  }
}

/** A list with one page more; a thing that moved between two pages is there once. Pure. */
export function joinPages<T>(before: Listed<T>, page: Listed<T>, keyOf: (item: T) => string): Listed<T> {
  const known = new Set(before.items.map(keyOf));
  return { items: [...before.items, ...page.items.filter((item) => !known.has(keyOf(item)))], next: page.next };
}
