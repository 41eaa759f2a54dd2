import { signal } from "@preact/signals";
import { embedded } from "../shared/place";
import { request } from "../shared/server";
import { Dialog } from "../shared/ui/dialog";
import { showToast } from "../shared/ui/toast";
import { t } from "./late_text";
import { rememberMade } from "./made_links";
import { identity, room, show } from "./session";
import { refusalText } from "./text";

const link = signal<string | null>(null);
/** How many people the viewer has brought to this show; none is not said. */
const brought = signal(0);

async function countBrought(show: string): Promise<void> {
  try {
    const token = identity.peek()?.token ?? "";
    brought.value = (await request<{ people: number }>(`/shows/${encodeURIComponent(show)}/brought`, { token })).people;
  } catch {
    // It is only news.
  }
}

/** Takes a share link of one's own and hands it to the device's share sheet, else to the clipboard, else shows it. */
export async function share(): Promise<void> {
  const shown = show.value;
  if (!shown) return;
  const counting = countBrought(shown.id);
  const bySystem = "share" in navigator && matchMedia("(pointer: coarse)").matches;
  try {
    const { share: id } = await room().command("share", { via: bySystem ? "system" : "copy" });
    rememberMade(id);
    const url = new URL(embedded ? location.href : `/shows/${encodeURIComponent(shown.id)}`, location.href);
    url.searchParams.set("share", id);
    await handOver(url.href, shown.title, bySystem);
    await counting;
    if (brought.value > 0 && link.value === null) showToast(t.count("share.brought", brought.value));
  } catch (error) {
    showToast(refusalText(error));
  }
}

/** Hands a link to the device's share sheet or to the clipboard; where neither is allowed, shows it. */
export async function handOver(url: string, title: string, bySystem: boolean): Promise<void> {
  try {
    if (bySystem) return await navigator.share({ title, url });
    await navigator.clipboard.writeText(url);
    showToast(t("share.copied"));
  } catch (error) {
    // Closing the share sheet is no failure; everything else still leaves the link to be copied by hand.
    if ((error as Error).name !== "AbortError") link.value = url;
  }
}

export function ShareDialog() {
  if (link.value === null) return null;
  return (
    <Dialog sheet title={t("share.title")} onClose={() => (link.value = null)} testid="share-dialog">
      <label class="field">
        <span class="field-label">{t("share.link")}</span>
        <input
          class="input"
          readOnly
          value={link.value}
          data-testid="share-link"
          onFocus={(event) => event.currentTarget.select()}
        />
      </label>
      {brought.value > 0 && <p data-testid="brought">{t.count("share.brought", brought.value)}</p>}
      <p class="hint">{t("share.hint")}</p>
    </Dialog>
  );
}
