import { useComputed } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Comment, Question } from "../sdk/wire";
import type { Reported, Sanction } from "../sdk/wire.generated";
import { count, dateTime, duration, timeOfDay } from "../shared/format";
import { nameOf } from "../shared/people";
import { Button } from "../shared/ui/button";
import { now } from "./clock";
import { comments, mayDo, removeComment } from "./comments";
import { known, snapshot } from "./desk";
import { Fold } from "./fold";
import "./safety.css";
import { answer, appeals, calledOf, elsewhere, fetchListed, isOver, type Listed, lift, settle, t } from "./sanctions";
import { fetchPost, postOf } from "./posts";
import { Row as PostWithActs } from "./posts_panel";
import { dismissing, type Sanctionable, sanctioning } from "./surface";
import { t as host, languageOf } from "./text";

const DAY_SECONDS = 86_400;

/** Reports and appeals that wait, and what is laid on whom; what waits is counted, and nothing of it is shoved in. */
export function SafetyPanel() {
  const show = snapshot.value?.show.id ?? "";
  // Another number with each appeal that is made or answered: then the server is asked for their words.
  const told = useComputed(() => (snapshot.value?.sanctions ?? []).map(({ id, appeal }) => `${id}${appeal?.state ?? ""}`).join());
  useEffect(() => {
    if (show) fetchListed().catch(() => undefined);
  }, [show, told.value]);
  const reported = snapshot.value?.reported ?? [];
  const waiting = appeals.value;
  const holding = [...(snapshot.value?.sanctions ?? []), ...elsewhere.value].filter((each) => !isOver(each));
  if (reported.length + waiting.length + holding.length === 0) return null;
  const counted = [
    reported.length > 0 && t.count("reports", reported.length),
    waiting.length > 0 && t.count("appeals", waiting.length),
    holding.length > 0 && t.count("held", holding.length),
  ];
  return (
    <Fold title={`${t("title")} · ${counted.filter(Boolean).join(" · ")}`} testid="safety">
      {reported.length > 0 && (
        <List title={t("reports.title")} testid="reports">
          {reported.map((each) => (
            <ReportedItem key={each.item} reported={each} />
          ))}
        </List>
      )}
      {waiting.length > 0 && (
        <List title={t("appeals.title")} testid="appeals">
          {waiting.map((each) => (
            <Appealed key={each.id} sanction={each} />
          ))}
        </List>
      )}
      {holding.length > 0 && (
        <List title={t("held.title")} testid="sanctions">
          {holding.map((each) => (
            <Held key={each.id} sanction={each} />
          ))}
        </List>
      )}
    </Fold>
  );
}

function List({ title, testid, children }: { title: string; testid: string; children: preact.ComponentChildren }) {
  return (
    <section class="safety-list" aria-label={title} data-testid={testid}>
      <h3 class="aside-title">{title}</h3>
      <ul>{children}</ul>
    </section>
  );
}

/** What was reported, as far as this page holds it. */
function ReportedItem({ reported }: { reported: Reported }) {
  const { kind, item: id } = reported;
  useEffect(() => {
    if (kind === "post") void fetchPost(id);
  }, [kind, id]);
  const post = kind === "post" ? postOf(id) : undefined;
  const question = kind === "question" ? known.value.get(id) : undefined;
  const comment = kind === "comment" ? comments.value.find((each) => each.id === id) : undefined;
  const item = question ?? comment;
  const reasons = Object.entries(reported.reasons)
    .sort(([, a], [, b]) => b - a)
    .map(([reason, n]) => `${t.maybe(`reason.${reason}`) ?? reason} ${count(n)}`);
  const [worst] = Object.entries(reported.reasons).sort(([, a], [, b]) => b - a)[0] ?? [];
  return (
    <li data-testid="reported" data-item={id}>
      {post ? (
        <PostWithActs post={post} reason={worst as Sanctionable["reason"]} />
      ) : (
        <p class="safety-text" dir="auto" lang={item && languageOf(item.text)}>
          {item ? item.text : t.maybe(`reported.${kind}`)}
        </p>
      )}
      <p class="hint">
        {[item && nameOf(item), t.count("reported.by", reported.reporters), ...reasons].filter(Boolean).join(" · ")}
      </p>
      <div class="safety-acts">
        {question && question.state !== "dismissed" && (
          <Button size="small" data-testid="reported-remove" aria-haspopup="dialog" onClick={() => takeAway(question)}>
            {t("reported.remove")}
          </Button>
        )}
        {comment && mayDo(comment).remove && (
          <Button size="small" data-testid="reported-remove" onClick={() => removeComment(comment, "other")}>
            {t("reported.remove")}
          </Button>
        )}
        {kind !== "post" && !item?.role && (
          <Button
            size="small"
            aria-haspopup="dialog"
            data-testid="reported-sanction"
            onClick={() => {
              sanctioning.value = subjectOf(reported, item, worst as Sanctionable["reason"]);
            }}
          >
            {host("sanction")}
          </Button>
        )}
        <Button size="small" data-testid="reported-settle" onClick={() => settle(reported, false)}>
          {t("reported.settle")}
        </Button>
        <Button size="small" look="quiet" data-testid="reported-ignore" onClick={() => settle(reported, true)}>
          {t("reported.ignore")}
        </Button>
      </div>
    </li>
  );
}

function takeAway(question: Question): void {
  dismissing.value = question;
}

function subjectOf(
  { kind, item }: Reported,
  known: Question | Comment | undefined,
  reason: Sanctionable["reason"],
): Sanctionable {
  const whom = kind === "comment" ? { comment: item } : { question: item };
  return { whom, who: known ? nameOf(known) : host("somebody"), text: known?.text ?? "", reason };
}

/** What somebody wrote against what was laid on them. */
function Appealed({ sanction }: { sanction: Listed }) {
  const who = calledOf(sanction);
  const again = (): void => void fetchListed().catch(() => undefined);
  return (
    <li data-testid="appeal" data-sanction={sanction.id}>
      <p class="hint">{`${who} · ${wordsOf(sanction)}`}</p>
      <p class="safety-text" dir="auto" lang={languageOf(sanction.appeal?.text ?? "")}>
        {sanction.appeal?.text}
      </p>
      <div class="safety-acts">
        <Button
          size="small"
          look="primary"
          data-testid="appeal-lift"
          aria-label={t("appeal.lift.of", { who })}
          onClick={() => answer(sanction.id, who, true, again)}
        >
          {t("appeal.lift")}
        </Button>
        <Button
          size="small"
          data-testid="appeal-keep"
          aria-label={t("appeal.keep.of", { who })}
          onClick={() => answer(sanction.id, who, false, again)}
        >
          {t("appeal.keep")}
        </Button>
      </div>
    </li>
  );
}

function Held({ sanction }: { sanction: Sanction | Listed }) {
  const like = "like_by" in sanction ? sanction.like_by : undefined;
  const who = calledOf(sanction);
  return (
    <li data-testid="sanction" data-viewer={sanction.viewer} data-kind={sanction.kind}>
      <div class="safety-row">
        <span class="banned-who">
          <strong>{who}</strong>
          <span class="hint">{wordsOf(sanction)}</span>
          {like && <span class="hint">{t(`like.${like}`)}</span>}
          <span class="hint">
            {sanction.by ? t("given", { who: sanction.by, at: timeOfDay(sanction.at) }) : t("given.likeness", { at: timeOfDay(sanction.at) })}
          </span>
        </span>
        <Button
          size="small"
          aria-label={`${t(like ? "lift.like" : "lift")}: ${who}, ${t(`kind.${sanction.kind}`)}`}
          onClick={() => lift(sanction, who)}
          data-testid="lift"
        >
          {t(like ? "lift.like" : "lift")}
        </Button>
      </div>
    </li>
  );
}

/** What it is, why, and how long it holds on. */
function wordsOf(sanction: Pick<Sanction, "kind" | "reason" | "until" | "channel">): string {
  const kind = t(sanction.channel ? "kind.ban.channel" : `kind.${sanction.kind}`);
  return [kind, t(`reason.${sanction.reason}`), endOf(sanction)].filter(Boolean).join(" · ");
}

function endOf({ kind, until }: Pick<Sanction, "kind" | "until">): string {
  if (until == null) return t(kind === "ban" ? "end.never" : "end.show");
  const left = (Date.parse(until) - now.value) / 1000;
  return left < DAY_SECONDS ? t("end.left", { time: duration(left) }) : t("end.at", { at: dateTime(until) });
}
