import type { ComponentChildren } from "preact";
import { count } from "../../shared/format";
import { explainError } from "../../shared/staff/sign-in";
import { Button } from "../../shared/ui/button";
import { Explained, FigureName } from "../figures/name";
import { basisOf, chanceOf, find, movedBy, written } from "../figures/written";
import { Freshness } from "../freshness";
import { Link } from "../link";
import { WhatIsDue } from "../plan/due";
import type { Change, Comparison } from "../report.generated";
import { Sheet } from "../sheet";
import { shared } from "../text";
import { comparison, lastShows, parts, steps } from "./data";
import { dayText } from "./day_text";
import { LastShows } from "./last_shows";
import { LeftOut } from "./left_out";
import { PartsTable } from "./parts_table";
import { PeriodChoice } from "./period_choice";
import { PeriodFunnel } from "./period_funnel";
import { StepsChart } from "./steps_chart";
import { t } from "./text";
import { Why } from "./why";

const CARDS = ["viewers", "viewers_before", "conversion_live", "buyers", "buyers_in_period", "gmv"] as const;

/** The channel over a period, beside the one before: who came back, who bought, and whether it is better. */
export default function ChannelPage() {
  const { value: now, failure } = comparison.state.value;
  return (
    <Sheet testid="channel-page" title={t("title")} data-provisional={now?.provisional ?? false}>
      {now ? <Body now={now} /> : failure ? <Failed failure={failure} /> : <Waiting />}
      <Explained />
    </Sheet>
  );
}

function Waiting() {
  return (
    <div class="empty" role="status">
      <span class="spinner" />
      {shared("loading")}
    </div>
  );
}

function Failed({ failure }: { failure: string }) {
  return (
    <div class="empty" role="alert" data-testid="channel-failure">
      <h2>{explainError(failure)}</h2>
      <Button onClick={comparison.again}>{shared("retry")}</Button>
    </div>
  );
}

function Body({ now }: { now: Comparison }) {
  const shows = lastShows.state.value;
  const showsIn = (side: "a" | "b"): number => now.changes.find((each) => each.key === "shows")?.[side]?.amount ?? 0;
  const none = shows.value !== null && shows.value.steps.length === 0 && showsIn("a") + showsIn("b") === 0;
  return (
    <>
      <Head now={now} />
      {none ? (
        <div class="empty card" data-testid="channel-empty">
          <h2>{t("empty.title")}</h2>
          <p>{t("empty.text")}</p>
          <Link to="/analyst/shows" class="button">
            {t("empty.shows")}
          </Link>
        </div>
      ) : (
        <>
          {showsIn("a") === 0 ? <Nothing /> : <Answers now={now} comparable={showsIn("b") > 0} />}
          <WhatIsDue />
          {shows.value && <LastShows report={shows.value} />}
          {showsIn("a") > 0 && steps.state.value.value && <StepsChart report={steps.state.value.value} />}
          {showsIn("a") > 0 && <PeriodFunnel now={now} comparable={showsIn("b") > 0} />}
          {showsIn("a") > 0 && parts.state.value.value && <PartsTable breakdown={parts.state.value.value} />}
          <LeftOut side={now.a} version={now.definition_version} days={now.window_days} />
        </>
      )}
    </>
  );
}

function Head({ now }: { now: Comparison }) {
  const { a, b } = now;
  if (!a.period || !b.period) return null;
  const span = (side: { first: string; last: string }) => ({ from: dayText(side.first, "full"), to: dayText(side.last, "full") });
  return (
    <header class="show-head channel-head">
      <div class="show-title">
        <h1 data-testid="channel-period">{t("period.of", span(a.period))}</h1>
        <p class="hint">{`${t("period.beside", span(b.period))} · ${t("zone", { zone: now.time_zone })}`}</p>
        <Freshness of={now} />
      </div>
      <div class="tools">
        <PeriodChoice now={now} />
        <Button onClick={() => print()} data-testid="print">
          {t("print")}
        </Button>
      </div>
    </header>
  );
}

function Nothing() {
  return (
    <div class="empty card" data-testid="channel-nothing">
      <h2>{t("nothing.title")}</h2>
      <p>{t("nothing.text")}</p>
    </div>
  );
}

function Answers({ now, comparable }: { now: Comparison; comparable: boolean }) {
  const { a, b } = now;
  const before = b.period;
  const query =
    a.period && before ? { from: a.period.first, to: a.period.last, with_from: before.first, with_to: before.last } : {};
  return (
    <>
      <Sentences now={now} />
      <section class="cards" aria-label={t("headline.title")} data-testid="cards">
        {CARDS.map((key) => {
          const change = now.changes.find((each) => each.key === key && (!each.currency || each.currency === now.currency));
          return change?.a ? <Card key={key} change={change} comparable={comparable} /> : null;
        })}
      </section>
      {comparable ? (
        <Why now={now} query={query} />
      ) : (
        before && (
          <section class="card" data-testid="nothing-before">
            <h2>{t("first.title")}</h2>
            <p>{t("first.text", { from: dayText(before.first, "full"), to: dayText(before.last, "full") })}</p>
          </section>
        )
      )}
    </>
  );
}

/** The answers before everything else, as sentences whose numbers stand out. */
function Sentences({ now }: { now: Comparison }) {
  const figures = now.changes.flatMap((each) => each.a ?? []);
  const back = find(figures, "viewers_before");
  const again = find(figures, "buyers_in_period");
  const amount = (key: string): string => count(find(figures, key)?.amount ?? 0);
  const shows = t.count("n.shows", find(figures, "shows")?.amount ?? 0);
  return (
    <div class="headlines" data-testid="channel-headlines">
      <p class="headline">{strong(t("answer.watched"), { viewers: amount("viewers"), shows, buyers: amount("buyers") })}</p>
      {!!back?.whole && (
        <p class="headline">{strong(t("answer.back"), { back: count(back.part ?? 0), known: count(back.whole) })}</p>
      )}
      {!!again?.whole && (
        <p class="headline">{strong(t("answer.again"), { again: count(again.part ?? 0), customers: count(again.whole) })}</p>
      )}
    </div>
  );
}

function strong(text: string, values: Record<string, string>): ComponentChildren {
  return text.split(/(\{\w+\})/).map((part) => {
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    return name === undefined ? part : <strong key={name}>{values[name] ?? part}</strong>;
  });
}

function Card({ change, comparable }: { change: Change; comparable: boolean }) {
  const { key, a, b, chance } = change;
  if (!a) return null;
  return (
    <article class="card figure-card" data-testid={`card-${key}`}>
      <h2 class="figure-card-name">
        <FigureName of={key} />
      </h2>
      <p class={a.provisional ? "figure-card-value figure-provisional" : "figure-card-value"} data-testid={`value-${key}`}>
        {written(a)}
      </p>
      <p class="hint">{basisOf(a)}</p>
      {comparable && b && (
        <p class={chance?.more_than_chance ? "figure-card-change sure" : "figure-card-change"} data-testid={`change-${key}`}>
          {`${movedBy(change)} · ${t("before", { value: written(b) })}`}
          {chance && <span class="hint">{chanceOf(change)}</span>}
        </p>
      )}
    </article>
  );
}
