import type { ComponentChildren } from "preact";
import { count } from "../../shared/format";
import { explainError } from "../../shared/staff/sign-in";
import { Button } from "../../shared/ui/button";
import { Freshness } from "../freshness";
import type { Fetched } from "../load";
import type { LeftOutOfChannel } from "../report";
import { Sheet } from "../sheet";
import { t as analyst, shared } from "../text";
import "./people.css";
import { t } from "./text";

/** What every figure of a channel carries. */
export interface Carried {
  channel: string;
  time_zone: string;
  definition_version: number;
  as_of: string;
  provisional: boolean;
  left_out: LeftOutOfChannel;
}

interface PeoplePageProps<T extends Carried> {
  name: "retention" | "lifetime" | "segments" | "map" | "query";
  /** What the page is called, where that is not among the words of the pages about people. */
  words?: { title: string; lead: string };
  fetched: Fetched<T>;
  again: () => void;
  filters?: ComponentChildren;
  /** What can be done with the answer, beside printing it. */
  tools?: (value: T) => ComponentChildren;
  children: (value: T) => ComponentChildren;
}

/** A page about a channel's people: what it is, what is asked, the answer, and who is not in it. What was there stays while other filters are read. */
export function PeoplePage<T extends Carried>({ name, words, fetched, again, filters, tools, children }: PeoplePageProps<T>) {
  const { value, failure } = fetched;
  const title = words?.title ?? t.maybe(`${name}.title`) ?? name;
  return (
    <Sheet testid={`${name}-page`} title={title} {...(value && { "data-provisional": value.provisional })}>
      <header class="show-head">
        <div class="show-title">
          <h1>{title}</h1>
          <p class="hint people-lead">{words?.lead ?? t.maybe(`${name}.lead`)}</p>
          {value && <Freshness of={value} more={t("zone", { zone: value.time_zone })} />}
        </div>
        <div class="tools">
          {value && tools?.(value)}
          <Button onClick={() => print()} data-testid="print">
            {analyst("print")}
          </Button>
        </div>
      </header>
      {filters}
      {failure && (
        <p class="notice notice-bad" role="alert" data-testid="failure">
          {explainError(failure)}
          <Button size="small" onClick={again}>
            {shared("retry")}
          </Button>
        </p>
      )}
      {value ? (
        <>
          {children(value)}
          <LeftOut value={value} />
        </>
      ) : (
        !failure && (
          <p class="empty" role="status">
            {shared("loading")}
          </p>
        )
      )}
    </Sheet>
  );
}

/** A large sentence, and smaller ones under it. */
export function Answers({ first, others = [] }: { first: string; others?: readonly (string | null)[] }) {
  return (
    <div class="headlines" data-testid="answers">
      <p class="headline">{first}</p>
      {others.map(
        (text) =>
          text && (
            <p class="headline" key={text}>
              {text}
            </p>
          ),
      )}
    </div>
  );
}

/** Nothing to show yet, and what brings it. */
export function Empty({ title, text }: { title: string; text: string }) {
  return (
    <div class="empty card" data-testid="empty">
      <h2>{title}</h2>
      <p>{text}</p>
    </div>
  );
}

function LeftOut({ value: { left_out: out, definition_version } }: { value: Carried }) {
  return (
    <footer class="left-out" data-testid="left-out">
      <h2>{t("left_out.title")}</h2>
      <ul class="hint">
        <li>{out.suspected_bots === null ? t("left_out.bots_unknown") : t("left_out.bots", { n: count(out.suspected_bots) })}</li>
        <li>{t("left_out.staff", { n: count(out.staff) })}</li>
        <li>{t("left_out.guests", { n: count(out.guests_without_consent) })}</li>
        <li>{t("left_out.version", { version: definition_version })}</li>
      </ul>
    </footer>
  );
}
