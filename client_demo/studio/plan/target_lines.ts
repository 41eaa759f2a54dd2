// The targets of a show while they are being written: what is typed, what the server has, and what a colleague set meanwhile.
import { computed, signal } from "@preact/signals";
import { RefusedError } from "../../sdk/refused";
import { draftOf, keepDraft } from "../../shared/drafts";
import { type Direction, pathOf, type Suggestion, type Suggestions, type Targets } from "../../shared/plan/told";
import { ask } from "../../shared/staff/ask";
import { codeOf } from "../api";
import { readAmount, typedAmount } from "./typed";

export interface Line {
  metric: string;
  direction: Direction;
  typed: string;
}

export class TargetLines {
  /** null: not read yet. */
  readonly lines = signal<readonly Line[] | null>(null);
  /** Why they could not be read, as a code. */
  readonly failure = signal<string | null>(null);
  /** What a colleague set since these were read. */
  readonly theirs = signal<Targets | null>(null);
  private readonly kept = signal<readonly Line[]>([]);
  private readonly suggestions = signal<readonly Suggestion[]>([]);
  private version = 0;
  currency = "";

  constructor(readonly show: string) {}

  readonly left = computed(() => {
    const set = new Set((this.lines.value ?? []).map(({ metric }) => metric));
    return this.suggestions.value.filter(({ metric }) => !set.has(metric));
  });
  readonly changed = computed(() => JSON.stringify(this.lines.value) !== JSON.stringify(this.kept.value));
  /** Whether something typed is no amount. */
  readonly wrong = computed(() => (this.lines.value ?? []).some((line) => this.amountOf(line) === null));

  async load(): Promise<void> {
    this.failure.value = null;
    try {
      const [found, targets] = await Promise.all([
        ask<Suggestions>(pathOf(this.show, "targets/suggestions")),
        ask<Targets>(pathOf(this.show, "targets")),
      ]);
      this.suggestions.value = found.suggestions;
      this.currency = found.currency;
      this.take(targets);
      const draft = draftOf(this.place);
      if (draft) this.lines.value = JSON.parse(draft) as Line[];
    } catch (error) {
      this.failure.value = codeOf(error);
    }
  }

  suggestionOf(metric: string): Suggestion | undefined {
    return this.suggestions.value.find((each) => each.metric === metric);
  }

  set(metric: string, change: Partial<Line>): void {
    this.write((this.lines.value ?? []).map((line) => (line.metric === metric ? { ...line, ...change } : line)));
  }

  add(metric: string): void {
    const found = this.suggestionOf(metric);
    if (found) this.write([...(this.lines.value ?? []), { metric, direction: found.direction, typed: "" }]);
  }

  remove(metric: string): void {
    this.write((this.lines.value ?? []).filter((line) => line.metric !== metric));
  }

  /** Sends them all; false: a colleague was faster, and `theirs` is what stands. Throws `RefusedError`. */
  async save(): Promise<boolean> {
    const targets = (this.lines.value ?? []).map((line) => ({
      metric: line.metric,
      direction: line.direction,
      amount: this.amountOf(line),
    }));
    try {
      const body = { targets };
      this.take(await ask<Targets>(pathOf(this.show, "targets"), { method: "PUT", body, version: this.version }));
      return true;
    } catch (error) {
      if (!(error instanceof RefusedError) || error.code !== "conflict") throw error;
      this.theirs.value = (error.refusal as unknown as { current?: Targets }).current ?? null;
      return false;
    }
  }

  takeTheirs(): void {
    if (this.theirs.value) this.take(this.theirs.value);
  }

  keepMine(): void {
    if (!this.theirs.value) return;
    this.version = this.theirs.value.version;
    this.kept.value = this.linesOf(this.theirs.value);
    this.theirs.value = null;
  }

  private take(targets: Targets): void {
    this.version = targets.version;
    this.currency = targets.currency;
    this.kept.value = this.lines.value = this.linesOf(targets);
    this.theirs.value = null;
    keepDraft(this.place, "");
  }

  private linesOf(targets: Targets): Line[] {
    return targets.targets.map(({ metric, direction, kind, amount }) => ({
      metric,
      direction,
      typed: typedAmount(kind, amount, targets.currency),
    }));
  }

  private write(lines: readonly Line[]): void {
    this.lines.value = lines;
    keepDraft(this.place, this.changed.peek() ? JSON.stringify(lines) : "");
  }

  private amountOf({ metric, typed }: Line): number | null {
    return readAmount(this.suggestionOf(metric)?.kind ?? "count", typed, this.currency);
  }

  private get place(): string {
    return `targets.${this.show}`;
  }
}
