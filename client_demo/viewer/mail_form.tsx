import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { RefusedError } from "../sdk";
import { draftOf, keepDraft } from "../shared/drafts";
import { createTranslator, language } from "../shared/i18n";
import type en from "../shared/locales/viewer_mail.en.json";
import { request } from "../shared/server";
import { Button } from "../shared/ui/button";
import { showToast } from "../shared/ui/toast";

const t = createTranslator<typeof en>("viewer_mail");
const DRAFT = "mail-address";

interface Stand {
  offered: boolean;
  wording: number;
  words: string;
  state: "none" | "asked" | "confirmed" | "withdrawn";
  address: string | null;
}

interface Whose {
  show: string;
  token: string;
}

/** An address for mail after the show: asked for, confirmed by mail, and taken back here. Nothing where the channel sends none. */
export function MailForm({ show, token }: Whose) {
  const path = `/shows/${encodeURIComponent(show)}/mail`;
  const stand = useSignal<Stand | null>(null);
  const load = (): Promise<void> =>
    request<Stand>(`${path}?language=${language.value}`, { token }).then(
      (found) => {
        stand.value = found;
      },
      () => undefined, // it is not offered, then
    );
  useEffect(() => void load(), [path, token, language.value]);
  const address = useSignal(draftOf(DRAFT));
  const wrong = useSignal("");
  const busy = useSignal(false);
  const now = stand.value;
  if (!now?.offered) return null;
  const ask = async (): Promise<void> => {
    if (!address.value.trim().includes("@")) {
      wrong.value = t("mail.wrong");
      return;
    }
    busy.value = true;
    wrong.value = "";
    try {
      const body = { address: address.value.trim(), language: language.peek(), wording: now.wording };
      await request(path, { token, body });
      keepDraft(DRAFT, "");
      await load();
    } catch (error) {
      const { code } = error as RefusedError;
      wrong.value = t(code === "invalid" ? "mail.wrong" : code === "too_fast" ? "mail.fast" : "mail.failed");
    }
    busy.value = false;
  };
  const stop = async (): Promise<void> => {
    busy.value = true;
    try {
      await request(`${path}/stop`, { token, body: {} });
      showToast(t("mail.stopped"));
      await load();
    } catch {
      showToast(t("mail.failed"));
    }
    busy.value = false;
  };
  return (
    <section class="mail-form field" aria-labelledby="mail-title" data-testid="mail-form" data-state={now.state}>
      <h3 id="mail-title" class="field-label">
        {t("mail.title")}
      </h3>
      {now.state === "asked" || now.state === "confirmed" ? (
        <>
          <p role="status" data-testid="mail-state">
            {t(`mail.${now.state}`, { address: now.address ?? "" })}
          </p>
          <Button look="quiet" disabled={busy.value} data-testid="mail-stop" onClick={() => void stop()}>
            {t(now.state === "asked" ? "mail.other" : "mail.stop")}
          </Button>
        </>
      ) : (
        <form
          class="field"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            void ask();
          }}
        >
          <label class="field-label" for="mail-address">
            {t("mail.address")}
          </label>
          <input
            id="mail-address"
            class="input"
            type="email"
            autocomplete="email"
            data-testid="mail-address"
            aria-describedby="mail-words mail-wrong"
            aria-invalid={Boolean(wrong.value)}
            value={address.value}
            onInput={(event) => {
              address.value = event.currentTarget.value;
              wrong.value = "";
              keepDraft(DRAFT, address.value);
            }}
          />
          <p class="mail-wrong" role="alert" id="mail-wrong" data-testid="mail-wrong">
            {wrong.value}
          </p>
          <p class="hint" id="mail-words">
            {now.words}
          </p>
          <Button type="submit" disabled={busy.value} data-testid="mail-ask">
            {t("mail.send")}
          </Button>
        </form>
      )}
    </section>
  );
}
