import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { draftOf, keepDraft } from "../drafts";
import { dateTime } from "../format";
import { Button } from "../ui/button";
import { asKeptLine, lengthOf } from "../writing";
import { ShowActionList } from "./actions";
import type { Action } from "./told";
import "./plan.css";
import { dayText, t } from "./text";

const TEXT_MAX = 300;

interface Props {
  show: string;
  /** Reads them again so often. */
  againMs?: number;
  /** Whether actions can be written down here. */
  writes?: boolean;
}

/** The actions that are with a show: those that came along, and those that were written down in it for what comes next. */
export function ActionList({ show, againMs, writes = true }: Props) {
  const list = useMemo(() => new ShowActionList(show), [show]);
  useEffect(() => {
    void list.load();
    void list.loadPeople();
    if (!againMs) return;
    const timer = setInterval(() => {
      if (!document.hidden) void list.load();
    }, againMs);
    return () => clearInterval(timer);
  }, [list, againMs]);
  const now = list.state.value;
  if (!now) {
    return (
      <p class="hint" role="status">
        {list.failed.value ? t("actions.failed") : t("loading")}
      </p>
    );
  }
  return (
    <div class="actions" data-testid="actions">
      {now.carried.length > 0 && (
        <>
          <h3>{t("actions.carried")}</h3>
          <ul class="action-rows" data-testid="actions-carried">
            {now.carried.map((each) => (
              <Row key={each.id} action={each} list={list} carried />
            ))}
          </ul>
        </>
      )}
      {now.written.length > 0 && (
        <>
          <h3>{t("actions.written")}</h3>
          <ul class="action-rows" data-testid="actions-written">
            {now.written.map((each) => (
              <Row key={each.id} action={each} list={list} />
            ))}
          </ul>
        </>
      )}
      {now.carried.length + now.written.length === 0 && (
        <p class="hint" data-testid="actions-none">
          {t("actions.none")}
        </p>
      )}
      {writes && <NewAction list={list} />}
    </div>
  );
}

function Row({ action, list, carried = false }: { action: Action; list: ShowActionList; carried?: boolean }) {
  const closed = action.state !== "open";
  return (
    <li class={closed ? "action action-closed" : "action"} data-testid="action" data-state={action.state}>
      <label class="checkbox action-tick">
        <input
          type="checkbox"
          data-testid="action-done"
          checked={action.state === "done"}
          onClick={(event) => {
            // It is ticked once the server has it.
            event.preventDefault();
            void list.tick(action, closed ? "open" : "done");
          }}
        />
        <span class="action-text">{action.text}</span>
      </label>
      <p class="hint action-about">
        <span>{ownerOf(action)}</span>
        <span class={action.overdue ? "action-overdue" : undefined}>{dueOf(action)}</span>
        {carried && <span data-testid="action-from">{fromOf(action)}</span>}
        {action.state === "dropped" && <span>{t("action.dropped")}</span>}
      </p>
      <div class="action-tools">
        <OwnerChoice action={action} list={list} />
        {!closed && (
          <Button
            look="quiet"
            size="small"
            data-testid="action-drop"
            aria-label={t("action.drop.of", { text: action.text })}
            onClick={() => void list.tick(action, "dropped")}
          >
            {t("action.drop")}
          </Button>
        )}
      </div>
    </li>
  );
}

export function ownerOf({ owner }: Action): string {
  if (!owner) return t("owner.none");
  return owner.former ? t("owner.former") : (owner.name ?? t("owner.none"));
}

export function dueOf({ due_on, overdue }: Action): string {
  if (!due_on) return t("due.next_show");
  return t(overdue ? "due.overdue" : "due.day", { day: dayText(due_on) });
}

export function fromOf({ show, created_at }: Action): string {
  return show
    ? t("from.show", { show: show.title, at: dateTime(show.at ?? created_at) })
    : t("from.channel", { at: dateTime(created_at) });
}

function OwnerChoice({ action, list }: { action: Action; list: ShowActionList }) {
  if (action.state !== "open" || list.people.value.length === 0) return null;
  return (
    <select
      class="input action-owner"
      data-testid="action-owner"
      aria-label={t("owner.of", { text: action.text })}
      value={action.owner?.id ?? ""}
      onChange={(event) => void list.change(action, { owner: event.currentTarget.value || null })}
    >
      <People list={list} former={action.owner?.former ?? false} />
    </select>
  );
}

function People({ list, former = false }: { list: ShowActionList; former?: boolean }) {
  return (
    <>
      <option value="">{former ? t("owner.former") : t("owner.none")}</option>
      {list.people.value.map((each) => (
        <option key={each.id} value={each.id}>
          {each.name}
        </option>
      ))}
    </>
  );
}

/** The next action, written down. What was begun stays over a reload. */
function NewAction({ list }: { list: ShowActionList }) {
  const place = `action.${list.show}`;
  const text = draftOf(place);
  const owner = useSignal("");
  const due = useSignal("");
  const sending = useSignal(false);
  const send = async (): Promise<void> => {
    const words = asKeptLine(text);
    if (!words || lengthOf(words) > TEXT_MAX || sending.value) return;
    sending.value = true;
    if (await list.write({ text: words, owner: owner.value || null, due_on: due.value || null })) {
      keepDraft(place, "");
      due.value = "";
    }
    sending.value = false;
  };
  return (
    <form
      class="action-new"
      data-testid="action-new"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <label class="action-field action-field-wide">
        <span class="field-label">{t("new.text")}</span>
        <input
          class="input"
          data-testid="action-text"
          maxLength={TEXT_MAX}
          placeholder={t("new.placeholder")}
          value={text}
          onInput={(event) => keepDraft(place, event.currentTarget.value)}
        />
      </label>
      {list.people.value.length > 0 && (
        <label class="action-field">
          <span class="field-label">{t("new.owner")}</span>
          <select
            class="input"
            data-testid="action-new-owner"
            value={owner.value}
            onChange={(event) => {
              owner.value = event.currentTarget.value;
            }}
          >
            <People list={list} />
          </select>
        </label>
      )}
      <label class="action-field">
        <span class="field-label">{t("new.due")}</span>
        <input
          class="input"
          type="date"
          data-testid="action-due"
          aria-describedby="action-due-hint"
          value={due.value}
          onInput={(event) => {
            due.value = event.currentTarget.value;
          }}
        />
      </label>
      <Button type="submit" data-testid="action-write" disabled={sending.value}>
        {t("new.write")}
      </Button>
      <p class="hint action-field-wide" id="action-due-hint">
        {t("new.due_hint")}
      </p>
    </form>
  );
}
