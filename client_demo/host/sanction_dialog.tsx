import { useSignal } from "@preact/signals";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { ofInputMethod } from "../shared/input_method";
import { Button } from "../shared/ui/button";
import { Dialog } from "../shared/ui/dialog";
import { isWriting } from "./deafness";
import { Key } from "./key_hint";
import { keysOn } from "./keys";
import "./safety.css";
import { give, REASONS, type Reason, type Terms, t } from "./sanctions";
import { type Sanctionable, sanctioning } from "./surface";
import { languageOf } from "./text";

/** What can be chosen, by the number that chooses it. */
const CHOICES = [
  { key: "1", name: "10s", kind: "timeout", seconds: 10 },
  { key: "2", name: "1m", kind: "timeout", seconds: 60 },
  { key: "3", name: "10m", kind: "timeout", seconds: 600 },
  { key: "4", name: "1h", kind: "timeout", seconds: 3_600 },
  { key: "5", name: "24h", kind: "timeout", seconds: 86_400 },
  { key: "6", name: "mute", kind: "mute" },
  { key: "7", name: "shadow", kind: "shadow" },
  { key: "h", name: "hold", kind: "hold" },
  { key: "8", name: "ban_1d", kind: "ban", seconds: 86_400 },
  { key: "9", name: "ban_30d", kind: "ban", seconds: 30 * 86_400 },
  { key: "0", name: "ban", kind: "ban" },
] as const;
type Choice = (typeof CHOICES)[number];
const GROUPS = [
  ["timeout", CHOICES.slice(0, 5)],
  ["mute", CHOICES.slice(5, 8)],
  ["ban", CHOICES.slice(8)],
] as const;

/** How far a ban reaches beside the one viewer and the one show. */
const REACHES = ["device", "address", "channel"] as const;
type Reach = (typeof REACHES)[number];

function close(): void {
  sanctioning.value = null;
}

/** What is laid on whoever wrote something: one of eleven, by a click or its number, with the reason that its person is told. */
export function SanctionDialog() {
  const subject = sanctioning.value;
  return subject && <Choosing key={JSON.stringify(subject.whom)} subject={subject} />;
}

function Choosing({ subject }: { subject: Sanctionable }) {
  const reason = useSignal<Reason>(subject.reason ?? "other");
  const reach = useSignal<Pick<Terms, Reach>>({});
  const id = useId();
  const choose = (choice: Choice | undefined): void => {
    if (!choice) return;
    const { kind } = choice;
    const terms: Terms = { kind, reason: reason.value, ...("seconds" in choice && { seconds: choice.seconds }) };
    close();
    give(subject, kind === "ban" ? { ...terms, ...reach.value } : terms);
  };
  const chosen = useRef(choose);
  chosen.current = choose;
  useLayoutEffect(() => {
    const hear = (event: KeyboardEvent): void => {
      if (!keysOn.value || event.repeat || ofInputMethod(event) || isWriting(event.target)) return;
      chosen.current(CHOICES.find(({ key }) => key === event.key.toLowerCase()));
    };
    document.addEventListener("keydown", hear);
    return () => document.removeEventListener("keydown", hear);
  }, []);
  return (
    <Dialog title={t("dialog.title", { who: subject.who })} onClose={close} testid="sanction-dialog">
      {subject.text && (
        <p class="dismissed-text" dir="auto" lang={languageOf(subject.text)}>
          {subject.text}
        </p>
      )}
      <div class="field">
        <label class="field-label" for={`${id}-reason`}>
          {t("dialog.reason")}
        </label>
        <select
          id={`${id}-reason`}
          class="input"
          data-testid="sanction-reason"
          value={reason.value}
          onChange={(event) => {
            reason.value = event.currentTarget.value as Reason;
          }}
        >
          {REASONS.map((each) => (
            <option key={each} value={each}>
              {t(`reason.${each}`)}
            </option>
          ))}
        </select>
      </div>
      {GROUPS.map(([group, choices]) => (
        <section key={group} class="sanction-group" aria-label={t(`group.${group}`)}>
          <h3 class="aside-title">{t(`group.${group}`)}</h3>
          <div class="sanction-choices">
            {choices.map((choice) => (
              <Button
                key={choice.key}
                look={choice.kind === "ban" ? "danger" : "plain"}
                autofocus={choice.key === "1"}
                data-testid={`sanction-${choice.name}`}
                onClick={() => choose(choice)}
              >
                {t(`choice.${choice.name}`)}
                <Key of={choice.key.toUpperCase()} />
              </Button>
            ))}
          </div>
          {group === "mute" && <p class="hint">{`${t("choice.shadow.hint")} ${t("choice.hold.hint")}`}</p>}
          {group === "ban" &&
            REACHES.map((each) => (
              <label key={each} class="checkbox">
                <input
                  type="checkbox"
                  checked={reach.value[each] === true}
                  data-testid={`sanction-${each}`}
                  onChange={(event) => {
                    const { [each]: _, ...rest } = reach.value;
                    reach.value = event.currentTarget.checked ? { ...rest, [each]: true } : rest;
                  }}
                />
                {t(`dialog.${each}`)}
              </label>
            ))}
        </section>
      ))}
    </Dialog>
  );
}
