import { useLayoutEffect } from "preact/hooks";
import { createTranslator } from "../shared/i18n";
import type en from "../shared/locales/host_screen.en.json";
import { nameOf, StaffBadge } from "../shared/people";
import { Button } from "../shared/ui/button";
import { brief } from "../shared/writing";
import { answerLive, approve } from "./actions";
import { claimant } from "./claims";
import { LastDeed } from "./deed_list";
import { chooseTab, counts, current, letInNow, rows, selected, step, tab, waiting } from "./desk";
import { waits } from "./held";
import { Key } from "./key_hint";
import { Labels } from "./question_aside";
import { Nothing } from "./question_card";
import type { Tab } from "./queue";
import { sayMoved } from "./refusals";
import { chosen } from "./show_choice";
import { ForHosts } from "./stages_panel";
import { dismissing, keysShown, sanctionable, sanctioning } from "./surface";
import { t as host, languageOf } from "./text";
import "./screen.css";

const t = createTranslator<typeof en>("host_screen");
const TABS_HERE: readonly Tab[] = ["pending", "open"];

/** One question at a time, for a moderator in a hurry: its text, five big keys, and the next one below. The keys are those of the desk. */
export function Speed() {
  const row = current.value;
  // The last one is dealt with and others wait: they come in, since nothing lies here that they could move.
  useLayoutEffect(() => {
    if (!row && waiting.value > 0) letInNow();
  }, [row, waiting.value]);
  const at = rows.value.findIndex((each) => each.question.id === selected.value);
  const next = rows.value.slice(at + 1).find((each) => each.standing === "here");
  return (
    <main class="speed" data-testid="speed" aria-label={t("speed.title")}>
      <header class="speed-head">
        {TABS_HERE.map((each) => (
          <Button key={each} aria-pressed={tab.value === each} onClick={() => chooseTab(each)} data-testid={`speed-${each}`}>
            {`${host(`tab.${each}`)} ${counts.value[each]}`}
          </Button>
        ))}
        {waiting.value > 0 && (
          <Button look="primary" onClick={letInNow} data-testid="let-in">
            {host.count("new", waiting.value)}
            <Key of="N" />
          </Button>
        )}
        <span class="spread" />
        <Button
          onClick={() => {
            keysShown.value = true;
          }}
        >
          {host("keys")}
          <Key of="?" />
        </Button>
        <a class="button" href={`?show=${encodeURIComponent(chosen.value ?? "")}`}>
          {t("speed.back")}
        </a>
      </header>
      {row ? <Card key={row.question.id} /> : <Nothing />}
      <p class="speed-next hint" data-testid="speed-next">
        {next ? t("speed.next", { text: brief(next.question.text) }) : t("speed.none")}
      </p>
      <LastDeed />
    </main>
  );
}

function Card() {
  const row = current.value;
  if (!row) return null;
  const { question, standing } = row;
  const { state } = question;
  const who = claimant(question);
  const free = standing === "here" && !who;
  return (
    <article class="speed-card card" data-testid="focus" data-question={question.id} data-state={state}>
      <p class="focus-meta">
        <strong>{nameOf(question)}</strong>
        <StaffBadge role={question.role} />
        <span>{host.count("votes", question.votes)}</span>
      </p>
      <p class="speed-text" lang={languageOf(question.text)} data-testid="focus-text">
        {question.text}
      </p>
      <p class="focus-answering" role="status" data-testid="answering">
        {standing === "moved" ? sayMoved(question) : who && host("answering", { who })}
      </p>
      <Labels question={question} />
      <ForHosts question={question} />
      <div class="speed-keys">
        <Button look="primary" disabled={!free || !waits(question)} onClick={() => approve(question)} data-testid="approve">
          {host("approve")}
          <Key of="A" />
        </Button>
        <Button
          look="danger"
          disabled={!free}
          onClick={() => {
            dismissing.value = question;
          }}
          data-testid="dismiss"
        >
          {host("dismiss")}
          <Key of="D" />
        </Button>
        <Button
          look="danger"
          disabled={Boolean(question.role)}
          aria-haspopup="dialog"
          onClick={() => {
            sanctioning.value = sanctionable(question);
          }}
          data-testid="sanction-open"
        >
          {host("sanction")}
          <Key of="B" />
        </Button>
        <Button
          disabled={!free || (state !== "open" && state !== "answering")}
          onClick={() => answerLive(question)}
          data-testid="answer-live"
        >
          {host("answer.live")}
          <Key of="L" />
        </Button>
        <Button onClick={() => step(1)} data-testid="speed-step">
          {host("next")}
          <Key of="J" />
        </Button>
      </div>
    </article>
  );
}
