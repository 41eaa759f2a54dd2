import { useSignal } from "@preact/signals";
import { count } from "../../shared/format";
import { Button } from "../../shared/ui/button";
import { here, stay } from "../address";
import { t as channel } from "../channel/text";
import { nameOf } from "../definitions/text";
import { saveRows } from "../download";
import { chanceOf, movedBy, written } from "../figures/written";
import type { Change, Moment, MomentsReport } from "../report.generated";
import { spell, t } from "../text";
import { sayTime } from "./clock";

const PAGE = 20;
type Shown = "all" | "pins" | "answers" | "announcements" | "offers";
const KINDS: Record<Shown, readonly Moment["kind"][]> = {
  all: ["product.pinned", "question.pinned", "question.answered", "announce", "offer.opened"],
  pins: ["product.pinned", "question.pinned"],
  answers: ["question.answered"],
  announcements: ["announce"],
  offers: ["offer.opened"],
};
const COLUMNS = ["moment_conversion", "moment_clickers", "moment_clicks", "moment_questions"] as const;
const MINUTES = [2, 5, 10] as const;

/** The minutes that the address asks for. */
export function minutesAsked(): number {
  return MINUTES.find((each) => String(each) === here.value.query.get("minutes")) ?? 5;
}

/** What the host's side did, and what viewers did in the minutes after it against those before. */
export function Moments({ report }: { report: MomentsReport }) {
  const shown = useSignal<Shown>("all");
  const most = useSignal(PAGE);
  const moments = report.moments.filter((each) => KINDS[shown.value].includes(each.kind));
  return (
    <section class="card" aria-labelledby="moments-title" data-testid="moments">
      <header class="frame-head">
        <div class="frame-title">
          <h2 id="moments-title">{t("moments.title")}</h2>
          <p class="hint">{channel("moments.lead")}</p>
        </div>
        <div class="moments-tools">
          <fieldset class="segmented" aria-label={t("moments.choice")}>
            {(Object.keys(KINDS) as Shown[]).map((each) => (
              <button
                type="button"
                key={each}
                aria-pressed={shown.value === each}
                data-testid={`moments-${each}`}
                onClick={() => {
                  shown.value = each;
                  most.value = PAGE;
                }}
              >
                {t(`moments.${each}`)}
              </button>
            ))}
          </fieldset>
          <fieldset class="segmented" aria-label={channel("moments.minutes")}>
            {MINUTES.map((each) => (
              <button
                type="button"
                key={each}
                aria-pressed={report.minutes === each}
                data-testid={`moments-minutes-${each}`}
                onClick={() => stay({ minutes: String(each) })}
              >
                {channel.count("moments.min", each)}
              </button>
            ))}
          </fieldset>
          <Button look="quiet" size="small" data-testid="moments-csv" onClick={() => save(report, moments)}>
            {channel("csv")}
          </Button>
        </div>
      </header>
      {moments.length === 0 ? (
        <p class="empty">{t("moments.empty")}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keys (WCAG 2.1.1).
        <section class="wide" tabIndex={0} aria-label={t("table.of", { title: t("moments.title") })}>
          <table class="table moments">
            <thead>
              <tr>
                <th scope="col">{t("moments.when")}</th>
                <th scope="col">{t("moments.what")}</th>
                <th scope="col">{t("moments.watching")}</th>
                {COLUMNS.map((key) => (
                  <th scope="col" key={key}>
                    {nameOf(key)}
                    <br />
                    <span class="hint">{channel("moments.before_after")}</span>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {moments.slice(0, most.value).map((each, i) => (
                // Moments are never taken out, only added at the end.
                <Row key={i} report={report} moment={each} />
              ))}
            </tbody>
          </table>
        </section>
      )}
      {moments.length > most.value && (
        <Button
          data-testid="moments-more"
          onClick={() => {
            most.value += PAGE;
          }}
        >
          {t("moments.more", { n: count(moments.length - most.value) })}
        </Button>
      )}
    </section>
  );
}

function Row({ report, moment }: { report: MomentsReport; moment: Moment }) {
  const groups = moment.groups.filter((each) => each.conversion.whole);
  return (
    <tr data-testid={`moment-${moment.kind}`}>
      <td>
        {sayTime(report.show, moment.t)}
        {moment.seconds < report.minutes * 60 && (
          <span class="hint moment-note">
            {moment.provisional ? channel("moments.open") : channel("moments.cut", { span: spell(moment.seconds) })}
          </span>
        )}
      </td>
      <td>
        {t(`mark.${moment.kind}`, { text: moment.text ?? "" })}
        {groups.length > 0 && (
          <span class="hint moment-note" data-testid="moment-groups">
            {channel("moments.bought", {
              groups: groups
                .map(
                  ({ who, conversion }) =>
                    `${channel.maybe(`moments.group.${who}`) ?? who} ${channel("of", { part: count(conversion.part ?? 0), whole: count(conversion.whole ?? 0) })}`,
                )
                .join(" · "),
            })}
          </span>
        )}
      </td>
      <td>{count(moment.watching)}</td>
      {COLUMNS.map((key) => (
        <Cell key={key} change={moment.changes.find((each) => each.key === key)} />
      ))}
    </tr>
  );
}

function Cell({ change }: { change: Change | undefined }) {
  if (!change?.a || !change.b) return <td>{written(null)}</td>;
  const { a, b, chance } = change;
  const numbers = a.whole === null || a.whole === undefined ? "" : `${b.part}/${b.whole} → ${a.part}/${a.whole}`;
  return (
    <td title={chance ? `${movedBy(change)}, ${chanceOf(change)}` : movedBy(change)}>
      {`${written(b)} → ${written(a)}`}
      {chance?.more_than_chance && <span class="sure-dot" role="img" aria-label={channel("chance.yes")} />}
      {numbers && <span class="hint moment-note">{numbers}</span>}
    </td>
  );
}

function save(report: MomentsReport, moments: readonly Moment[]): void {
  saveRows(
    `${report.show.id}-moments`,
    [
      "seconds",
      "at",
      "kind",
      "text",
      "span_seconds",
      "figure",
      "before",
      "before_part",
      "before_whole",
      "after",
      "after_part",
      "after_whole",
      "p",
    ],
    moments.flatMap((each) =>
      each.changes.map(({ key, a, b, chance }) => [
        each.t,
        each.at,
        each.kind,
        each.text,
        each.seconds,
        key,
        b?.amount ?? null,
        b?.part ?? null,
        b?.whole ?? null,
        a?.amount ?? null,
        a?.part ?? null,
        a?.whole ?? null,
        chance?.p ?? null,
      ]),
    ),
  );
}
