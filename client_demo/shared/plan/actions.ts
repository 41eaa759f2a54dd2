// The actions of one show as a page holds them: fetched, written down, ticked off, taken back.
import { signal } from "@preact/signals";
import { RefusedError } from "../../sdk/refused";
import { forgetKey, keyOf } from "../drafts";
import { ask } from "../staff/ask";
import { explainError } from "../staff/sign-in";
import { showToast } from "../ui/toast";
import { t } from "./text";
import { type Action, type Person, pathOf, type ShowActions } from "./told";

export interface Wish {
  text: string;
  owner: string | null;
  due_on: string | null;
}

/** Tells the person why something did not work; whoever is signed out by it sees that instead. */
function tell(error: unknown): void {
  const { code, refusal } = error instanceof RefusedError ? error : new RefusedError("unknown", "");
  if (refusal.retry !== "stop") showToast(explainError(code));
}

export class ShowActionList {
  readonly state = signal<ShowActions | null>(null);
  readonly failed = signal(false);
  readonly people = signal<readonly Person[]>([]);

  constructor(readonly show: string) {}

  async load(): Promise<void> {
    try {
      this.state.value = await ask<ShowActions>(pathOf(this.show, "actions"));
      this.failed.value = false;
    } catch {
      this.failed.value = true;
    }
  }

  async loadPeople(): Promise<void> {
    const found = await ask<{ people: Person[] }>("/people?limit=100").catch(() => null);
    if (found) this.people.value = found.people;
  }

  /** Writes an action down, once however often it is sent; false: it is not, and the person was told why. */
  async write(wish: Wish): Promise<boolean> {
    const place = `actions.${this.show}`;
    const mark = JSON.stringify(wish);
    try {
      await ask(pathOf(this.show, "actions"), { method: "POST", body: wish, key: keyOf(place, mark) });
      forgetKey(place, mark);
      await this.load();
      return true;
    } catch (error) {
      tell(error);
      return false;
    }
  }

  /** Changes an action, seen as it stands here. A colleague who was faster is told, and how it stands now is shown. */
  async change(action: Action, body: Partial<Wish> & { state?: Action["state"] }): Promise<Action | null> {
    try {
      const path = `/channel/actions/${encodeURIComponent(action.id)}`;
      const now = await ask<Action>(path, { method: "PATCH", body, version: action.version });
      this.put(now);
      return now;
    } catch (error) {
      const current = error instanceof RefusedError && error.code === "conflict" ? currentOf(error) : null;
      if (!current) tell(error);
      else {
        this.put(current);
        showToast(t("action.changed_meanwhile"));
      }
      return null;
    }
  }

  /** Ticks an action off, or opens it again, with a way back. */
  async tick(action: Action, state: Action["state"]): Promise<void> {
    const now = await this.change(action, { state });
    if (!now) return;
    const undo = { label: t("undo"), run: () => void this.change(now, { state: action.state }) };
    showToast(t(`action.said.${state}`), undo);
  }

  private put(now: Action): void {
    const known = this.state.value;
    if (!known) return;
    const placed = (list: Action[]): Action[] => list.map((each) => (each.id === now.id ? now : each));
    this.state.value = { written: placed(known.written), carried: placed(known.carried) };
  }
}

function currentOf(error: RefusedError): Action | null {
  return (error.refusal as unknown as { current?: Action }).current ?? null;
}
