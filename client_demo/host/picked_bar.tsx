import { useSignal } from "@preact/signals";
import type { DismissReason } from "../sdk/wire";
import { Button } from "../shared/ui/button";
import { REASONS } from "./dismiss_dialog";
import { Key } from "./key_hint";
import {
  answerPicked,
  approvePicked,
  canAnswer,
  canApprove,
  dismissPicked,
  dropPicked,
  labelPicked,
  pickedHere,
  picking,
} from "./picking";
import { t } from "./text";

/** What can be done about all that are picked. It lies over the foot of the list: no row moves when it comes. */
export function PickedBar() {
  const n = pickedHere.value.length;
  if (n === 0 && !picking.value) return null;
  return (
    <div class="picked" role="toolbar" aria-label={t.count("picked", n)} data-testid="picked">
      <strong role="status">{t.count("picked", n)}</strong>
      {canApprove.value && (
        <Button size="small" look="primary" onClick={approvePicked} data-testid="picked-approve">
          {t("approve")}
        </Button>
      )}
      {canAnswer.value && (
        <Button size="small" onClick={answerPicked} data-testid="picked-answer">
          {t("answer.live")}
        </Button>
      )}
      {n > 0 && (
        <>
          <DismissChoice />
          <LabelField />
        </>
      )}
      <Button size="small" look="quiet" onClick={dropPicked} data-testid="picked-drop">
        {t("pick.drop")}
        <Key of="Esc" />
      </Button>
    </div>
  );
}

function DismissChoice() {
  return (
    <select
      class="input"
      aria-label={t("dismiss.title")}
      data-testid="picked-dismiss"
      value=""
      onChange={(event) => dismissPicked(event.currentTarget.value as DismissReason)}
    >
      <option value="" disabled>
        {t("dismiss")}
      </option>
      {REASONS.map((reason) => (
        <option key={reason} value={reason}>
          {t(`reason.${reason}`)}
        </option>
      ))}
    </select>
  );
}

function LabelField() {
  const text = useSignal("");
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (text.value.trim()) labelPicked(text.value.trim());
      }}
    >
      <input
        class="input"
        list="labels"
        maxLength={24}
        placeholder={t("pick.label")}
        aria-label={t("pick.label")}
        value={text.value}
        data-testid="picked-label"
        onInput={(event) => {
          text.value = event.currentTarget.value;
        }}
      />
    </form>
  );
}
