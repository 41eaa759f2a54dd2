// An import as the server tells of it, and one that is followed until it rests.
import { signal } from "@preact/signals";
import { type Answer, codeOf, make, read, upload } from "../api";

export type Outcome = "create" | "update" | "unchanged" | "refused";
export const OUTCOMES: readonly Outcome[] = ["refused", "update", "create", "unchanged"];

export interface Import {
  id: string;
  state: "waiting" | "ready" | "applying" | "applied" | "failed";
  format: string | null;
  name: string;
  lines: number;
  counts: Partial<Record<Outcome, number>>;
  problem: { reason: string | null; line: number | null; message: string } | null;
  changed: boolean;
  percent: number;
  /** Of those that it names by addresses elsewhere; null: none, or not applied yet. */
  pictures: { waiting: number; kept: number; failed: number } | null;
  created_at: string;
}

export interface LinePicture {
  address: string;
  state: "waiting" | "kept" | "failed";
  why: string | null;
}

export interface Line {
  n: number;
  line: number;
  last_line: number;
  title: string;
  outcome: Outcome;
  product: string | null;
  variants: number;
  changes: readonly Change[];
  problems: readonly Problem[];
  pictures: readonly LinePicture[];
}

export interface Change {
  field: string;
  before: string | number | boolean | null;
  after: string | number | boolean | null;
  variant: string | null;
}

export interface Problem {
  line: number;
  code: string;
  field: string;
  message: string;
}

const LOOK_MS = 700;
/** Pictures come one by one, for minutes: nobody waits for each. */
const LOOK_FOR_PICTURES_MS = 3000;

/** One import, looked at again and again while something is being done with it. */
export class Following {
  readonly now = signal<Import | null>(null);
  readonly failure = signal<string | null>(null);
  private timer = 0;
  private left = false;

  constructor(
    readonly id: string,
    private readonly reader: (path: string) => Promise<Answer<Import>> = read,
  ) {}

  async look(): Promise<void> {
    clearTimeout(this.timer);
    try {
      const { value } = await this.reader(`/imports/${this.id}`);
      this.failure.value = null;
      this.now.value = value;
    } catch (error) {
      this.failure.value = codeOf(error);
    }
    const now = this.now.peek();
    if (this.left || this.failure.peek() || !now) return;
    const inHand = now.state === "waiting" || now.state === "applying";
    if (inHand || now.pictures?.waiting) {
      this.timer = setTimeout(() => void this.look(), inHand ? LOOK_MS : LOOK_FOR_PICTURES_MS) as unknown as number;
    }
  }

  async apply(): Promise<void> {
    const { value } = await make<Import>(`/imports/${this.id}/apply`, {}, null);
    this.now.value = value;
    await this.look();
  }

  /** Has the pictures tried again that could not be had. */
  async fetchAgain(): Promise<void> {
    const { value } = await make<Import>(`/imports/${this.id}/pictures`, {}, null);
    this.now.value = value;
    await this.look();
  }

  leave(): void {
    this.left = true;
    clearTimeout(this.timer);
  }
}

/** Sends a file to be compared; resolves to the import's id. */
export async function sendFile(file: File): Promise<string> {
  const { value } = await upload<Import>(`/imports?${new URLSearchParams({ name: file.name.slice(0, 200) })}`, file);
  return value.id;
}
