import { dateTime } from "../../shared/format";
import { dueOf, fromOf, ownerOf } from "../../shared/plan/action_list";
import type { Due } from "../../shared/plan/told";
import { metricName, t } from "../../shared/plan/text";
import { Button } from "../../shared/ui/button";
import { showPath } from "../address";
import { saveRows } from "../download";
import { Link } from "../link";
import { TargetTable } from "./check";
import { due } from "./data";
import "./due.css";

/** What is due in the channel: the last show against its targets, what is to be done, what is to come, what will be final. */
export function WhatIsDue() {
  const now = due.state.value.value;
  if (!now) return null;
  return (
    <section class="card due" aria-labelledby="due-title" data-testid="due">
      <header class="frame-head">
        <div class="frame-title">
          <h2 id="due-title">{t("due.title")}</h2>
          <p class="hint">{t("due.lead")}</p>
        </div>
        {now.actions.length > 0 && (
          <Button look="quiet" size="small" data-testid="due-csv" onClick={() => save(now)}>
            {t("csv")}
          </Button>
        )}
      </header>
      <div class="due-parts">
        <LastShow now={now} />
        <Actions now={now} />
        <NextShows now={now} />
        <Settling now={now} />
      </div>
    </section>
  );
}

function LastShow({ now: { last_show: last } }: { now: Due }) {
  if (!last) return null;
  const of = last.targets.length;
  return (
    <div data-testid="due-last">
      <h3>
        <Link to={showPath(last.show.id)}>{last.show.title}</Link>
      </h3>
      {of === 0 ? (
        <p>{t("due.last.none")}</p>
      ) : (
        <>
          <p data-testid="due-last-said">
            {t("due.last", { reached: last.reached, of })}
            {last.open > 0 && ` ${t.count("due.last.open", last.open)}`}
          </p>
          <details>
            <summary>{t("due.last.which")}</summary>
            <TargetTable targets={last.targets} />
          </details>
        </>
      )}
    </div>
  );
}

function Actions({ now: { actions, open_actions: all } }: { now: Due }) {
  return (
    <div data-testid="due-actions">
      <h3>{t.count("due.actions", all)}</h3>
      {all === 0 ? (
        <p>{t("due.actions.none")}</p>
      ) : (
        <ul class="due-rows">
          {actions.map((each) => (
            <li key={each.id} data-testid="due-action">
              {each.show ? <Link to={showPath(each.show.id)}>{each.text}</Link> : each.text}
              <p class="hint action-about">
                <span>{ownerOf(each)}</span>
                <span class={each.overdue ? "action-overdue" : undefined}>{dueOf(each)}</span>
                <span>{fromOf(each)}</span>
              </p>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function NextShows({ now: { next_shows: shows } }: { now: Due }) {
  return (
    <div data-testid="due-next">
      <h3>{t("due.next")}</h3>
      {shows.length === 0 ? (
        <p>{t("due.next.none")}</p>
      ) : (
        <ul class="due-rows">
          {shows.map(({ show, targets, carried }) => (
            <li key={show.id} data-testid={`due-next-${show.id}`}>
              <a href={`/studio/shows/${encodeURIComponent(show.id)}`}>{show.title}</a>
              <p class="hint action-about">
                {show.starts_at && <span>{dateTime(show.starts_at)}</span>}
                <span class={targets ? undefined : "action-overdue"}>
                  {targets ? t.count("due.targets", targets) : t("due.targets.none")}
                </span>
                {carried > 0 && <span>{t.count("due.carried", carried)}</span>}
              </p>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Settling({ now: { settling } }: { now: Due }) {
  if (settling.length === 0) return null;
  return (
    <div data-testid="due-settling">
      <h3>{t("due.settling")}</h3>
      <ul class="due-rows">
        {settling.map(({ show, figure, at }) => (
          <li key={`${show.id} ${figure}`}>
            {metricName(figure)}
            <p class="hint action-about">
              <Link to={showPath(show.id)}>{show.title}</Link>
              <span>{t("due.settling.at", { at: dateTime(at) })}</span>
            </p>
          </li>
        ))}
      </ul>
    </div>
  );
}

function save({ actions }: Due): void {
  saveRows(
    "actions",
    ["id", "text", "owner", "due_on", "overdue", "show", "created_at"],
    actions.map((each) => [
      each.id,
      each.text,
      each.owner ? ownerOf(each) : "",
      each.due_on,
      String(each.overdue),
      each.show?.id ?? "",
      each.created_at,
    ]),
  );
}
