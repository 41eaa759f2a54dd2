// Pictures on their way to the server: one after another, each told of until it is there or put away.
import { signal } from "@preact/signals";
import { explain, upload } from "../api";
import { t } from "./text";

export interface Sent {
  id: number;
  name: string;
  state: "waiting" | "sending" | "failed";
  /** Why it was refused, in words. */
  why: string;
}

interface Picture {
  address: string;
}

let newest = 0;

export class Sending {
  readonly files = signal<readonly Sent[]>([]);
  private queue: Promise<void> = Promise.resolve();

  /** Sends the files in their order; `arrived` is told the address of each that was taken. */
  send(files: readonly File[], arrived: (address: string) => void): void {
    for (const file of files) {
      const id = ++newest;
      const name = file.name || t("file");
      this.files.value = [...this.files.peek(), { id, name, state: "waiting", why: "" }];
      this.queue = this.queue.then(() => this.sendOne(id, file, arrived));
    }
  }

  putAway(id: number): void {
    this.files.value = this.files.peek().filter((each) => each.id !== id);
  }

  private async sendOne(id: number, file: File, arrived: (address: string) => void): Promise<void> {
    this.mark(id, { state: "sending" });
    try {
      const { value } = await upload<Picture>("/pictures", file);
      this.putAway(id);
      arrived(value.address);
    } catch (error) {
      this.mark(id, { state: "failed", why: explain(error) });
    }
  }

  private mark(id: number, what: Partial<Sent>): void {
    this.files.value = this.files.peek().map((each) => (each.id === id ? { ...each, ...what } : each));
  }
}
