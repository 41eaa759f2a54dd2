import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { dateTime } from "../../shared/format";
import { Button } from "../../shared/ui/button";
import { RoomLeft } from "../../shared/ui/room_left";
import { asKept, lengthOf } from "../../shared/writing";
import type { OwnSanction } from "../me";
import { refusalText } from "../text";
import { appeal } from "./own";
import { t } from "./text";

const CHARACTERS_MAX = 500;

/** Why, until when, and how an appeal stands. */
export function Facts({ sanction: { reason, until, channel, kind } }: { sanction: OwnSanction }) {
  const end = until == null ? t(kind === "ban" ? "end.never" : "end.show") : t("end.at", { at: dateTime(until) });
  return (
    <dl class="sanction-facts">
      <div>
        <dt>{t("facts.reason")}</dt>
        <dd data-testid="sanction-why">{(reason !== "other" && t.maybe(`reason.${reason}`)) || t("facts.no_reason")}</dd>
      </div>
      <div>
        <dt>{t("facts.end")}</dt>
        <dd data-testid="sanction-end">{end}</dd>
      </div>
      {channel && (
        <div>
          <dt>{t("facts.where")}</dt>
          <dd>{t("facts.channel")}</dd>
        </div>
      )}
    </dl>
  );
}

/** The one appeal against a sanction, or what became of it. */
export function AppealForm({ show, sanction, told }: { show: string; sanction: OwnSanction; told: (now: OwnSanction) => void }) {
  const text = useSignal("");
  const sending = useSignal(false);
  const problem = useSignal<string | null>(null);
  const id = useId();
  if (sanction.appeal) {
    return (
      <p role="status" data-testid="appeal-state">
        {t(`appeal.${sanction.appeal}`)}
      </p>
    );
  }
  const tooLong = lengthOf(text.value) > CHARACTERS_MAX;
  const send = async (): Promise<void> => {
    const written = asKept(text.value);
    if (!written || tooLong || sending.value) return;
    sending.value = true;
    problem.value = null;
    try {
      told(await appeal(show, sanction.id, written));
    } catch (error) {
      problem.value = refusalText(error);
    }
    sending.value = false;
  };
  return (
    <form
      class="appeal"
      data-testid="appeal-form"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <label class="field-label" for={`${id}-text`}>
        {t("appeal.label")}
      </label>
      <textarea
        id={`${id}-text`}
        class="input"
        rows={3}
        data-testid="appeal-text"
        value={text.value}
        aria-invalid={problem.value !== null || tooLong}
        aria-describedby={`${id}-hint ${id}-left`}
        onInput={(event) => {
          text.value = event.currentTarget.value;
        }}
      />
      <p class="hint" id={`${id}-hint`}>
        {problem.value ?? t("appeal.hint")} <RoomLeft id={`${id}-left`} text={text.value} most={CHARACTERS_MAX} />
      </p>
      <Button type="submit" look="primary" disabled={!asKept(text.value) || tooLong || sending.value} data-testid="appeal-send">
        {t("appeal.send")}
      </Button>
    </form>
  );
}
