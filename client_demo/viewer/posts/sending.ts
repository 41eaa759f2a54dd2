// How a post is sent: its picture first, then the post itself, which is kept once however often it is sent.
import { signal } from "@preact/signals";
import { RefusedError } from "../../sdk";
import { refusedBy } from "../../sdk/http";
import { newKey } from "../../sdk/key";
import type { OwnPost } from "../../sdk/wire";
import { draftOf, keepDraft } from "../../shared/drafts";
import { place } from "../../shared/place";
import { request } from "../../shared/server";
import { identity, show } from "../session";

/** The words in force (docs/privacy.md): whoever changes `consent` in the texts changes their name, here and in the server. */
export const CONSENT = "2026-11";

/** One attempt to send: what was chosen, and what of it has arrived. */
export class Attempt {
  readonly file = signal<File | null>(null);
  readonly anonymous = signal(false);
  readonly agreed = signal(false);
  readonly sending = signal(false);
  /** Why the last one was not kept. */
  readonly refusal = signal<RefusedError | null>(null);
  private sent: { file: File; id: string } | null = null;
  private key = newKey();

  constructor(readonly product: string) {}

  get place(): string {
    return `post.${this.product}`;
  }

  choose(file: File | null): void {
    this.file.value = file;
    this.changed();
  }

  /** What is said now is another post than the one before. */
  changed(): void {
    this.refusal.value = null;
    this.key = newKey();
  }

  /** Returns the post once it is kept, null where it was refused. */
  async send(): Promise<OwnPost | null> {
    this.sending.value = true;
    this.refusal.value = null;
    try {
      const picture = await this.pictureId();
      const token = identity.peek()?.token;
      const body = {
        product: this.product,
        text: draftOf(this.place),
        ...(picture && { picture }),
        consent: this.agreed.peek() ? CONSENT : "",
        anonymous: this.anonymous.peek(),
      };
      const path = `/shows/${encodeURIComponent(show.peek()?.id ?? "")}/posts`;
      const post = await request<OwnPost>(path, { token, body, key: this.key });
      keepDraft(this.place, "");
      return post;
    } catch (error) {
      const refused = error instanceof RefusedError ? error : new RefusedError("unknown", "");
      this.refusal.value = refused;
      // It was deleted meanwhile, and is sent anew.
      if (refused.code === "not_found") this.sent = null;
      return null;
    } finally {
      this.sending.value = false;
    }
  }

  private async pictureId(): Promise<string | null> {
    const file = this.file.peek();
    if (!file) return null;
    if (this.sent?.file !== file) this.sent = { file, id: await upload(file) };
    return this.sent.id;
  }
}

async function upload(file: File): Promise<string> {
  const headers = {
    Authorization: `Bearer ${identity.peek()?.token ?? ""}`,
    "Content-Type": file.type || "application/octet-stream",
  };
  const answer = await fetch(`${place.server}/v1/posts/pictures`, { method: "POST", headers, body: file }).catch(() => {
    throw new RefusedError("offline", "The picture did not reach the server.");
  });
  const body = await answer.json().catch(() => null);
  if (!answer.ok) throw refusedBy(answer.status, body);
  return (body as { id: string }).id;
}
