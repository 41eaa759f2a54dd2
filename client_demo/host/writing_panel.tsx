import { useId } from "preact/hooks";
import { createTranslator } from "../shared/i18n";
import type en from "../shared/locales/host_writing.en.json";
import { why } from "./actions";
import { attempt } from "./deeds";
import { snapshot, theRoom } from "./desk";
import { Fold } from "./fold";
const t = createTranslator<typeof en>("host_writing");
const SLOW = [0, 5, 10, 30, 60, 300] as const;

/** How the show takes what viewers write: seen at once or after approval, and how often one may write. */
export function WritingPanel() {
  const id = useId();
  const show = snapshot.value?.show;
  if (!show || show.state === "ended") return null;
  const slow = show.slow_seconds ?? null;
  const others = slow === null || (SLOW as readonly number[]).includes(slow) ? [] : [slow];
  const set = (changes: { moderation?: "pre" | "post"; slow_seconds?: number | null }): void => {
    const fields = { ...changes, version: show.version ?? 1 };
    void attempt({ say: () => t("set"), send: () => theRoom().command("show.moderate", fields), refused: why });
  };
  return (
    <Fold testid="writing" title={t("title")}>
      <div class="field">
        <label class="field-label" for={`${id}-moderation`}>
          {t("moderation")}
        </label>
        <select
          id={`${id}-moderation`}
          class="input"
          value={show.moderation}
          data-testid="writing-moderation"
          onChange={(event) => set({ moderation: event.currentTarget.value as "pre" | "post" })}
        >
          <option value="post">{t("post")}</option>
          <option value="pre">{t("pre")}</option>
        </select>
      </div>
      <div class="field">
        <label class="field-label" for={`${id}-slow`}>
          {t("slow")}
        </label>
        <select
          id={`${id}-slow`}
          class="input"
          value={slow === null ? "" : String(slow)}
          data-testid="writing-slow"
          onChange={(event) => set({ slow_seconds: event.currentTarget.value === "" ? null : Number(event.currentTarget.value) })}
        >
          <option value="">{t("slow.channel")}</option>
          {[...SLOW, ...others].map((seconds) => (
            <option key={seconds} value={String(seconds)}>
              {seconds === 0 ? t("slow.off") : t("slow.seconds", { n: seconds })}
            </option>
          ))}
        </select>
      </div>
    </Fold>
  );
}
