// What has to outlive a tab, a reload and a crash of the page: small records on the device, which its tabs see of one another.
import { signal } from "@preact/signals";
import { place as page } from "../shared/place";

/** After this long the guest's own token has ended too, and nobody could ask any more. */
const KEPT_MS = 24 * 3_600_000;

/** Runs `work` while no other tab of this device does. */
export function alone<T>(work: () => T): Promise<T> {
  // Locks exist where the page is served safely; elsewhere two tabs would have to be pressed within the same millisecond.
  return "locks" in navigator ? navigator.locks.request("showfloor.intents", work) : Promise.resolve(work());
}

/** Records of one kind, each at a place of its own; `at` is in ms of the epoch. */
export class DeviceRecords<T extends { at: number }> {
  /** Where storage is off, records last as long as the page. */
  private readonly inMemory = new Map<string, string>();
  private readonly changes = signal(0);
  private readonly prefix: string;

  constructor(kind: string) {
    this.prefix = `${page.kept}showfloor.${kind}.`;
  }

  /** All of them; reading it while drawing makes the drawing follow. */
  all(): T[] {
    this.changes.value;
    const found = new Map(this.inMemory);
    try {
      for (const place of Object.keys(localStorage)) {
        if (place.startsWith(this.prefix)) found.set(place, localStorage.getItem(place) ?? "");
      }
    } catch {
      // Storage is off.
    }
    return [...found].flatMap(([place, text]) => this.parse(place, text) ?? []);
  }

  put(place: string, record: T | null): void {
    this.write(this.prefix + place, record);
    this.changes.value++;
  }

  /** Follows what other tabs do; `onGone` is called with what one of them has removed. To be called once. */
  follow(onGone: (record: T) => void): void {
    const hear = (event: StorageEvent): void => {
      if (!event.key?.startsWith(this.prefix)) return;
      this.changes.value++;
      if (event.newValue === null && event.oldValue !== null) onGone(JSON.parse(event.oldValue) as T);
    };
    window.addEventListener("storage", hear, { signal: page.over });
  }

  private parse(place: string, text: string): T | null {
    try {
      const record = JSON.parse(text) as T;
      if (record.at + KEPT_MS > Date.now()) return record;
    } catch {
      // Not ours, or cut off: of no use.
    }
    this.write(place, null);
    return null;
  }

  private write(place: string, record: T | null): void {
    this.inMemory.delete(place);
    try {
      if (record) localStorage.setItem(place, JSON.stringify(record));
      else localStorage.removeItem(place);
    } catch {
      if (record) this.inMemory.set(place, JSON.stringify(record));
    }
  }
}
