import { signal, useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import type { Show } from "../sdk/wire";
import type { Arrival } from "../sdk/wire.generated";
import { createTranslator } from "../shared/i18n";
import type en from "../shared/locales/host_hand_over.en.json";
import { ask } from "../shared/staff/ask";
import { Button } from "../shared/ui/button";
import { why } from "./actions";
import { attempt } from "./deeds";
import { roleHere, snapshot, theRoom } from "./desk";
import { Fold } from "./fold";
import { Key } from "./key_hint";
import { RUNNERS } from "./plan_line";
import { arrivalKey, turnedBack } from "./surface";

const t = createTranslator<typeof en>("host_hand_over");
const MOST = 20;
/** The other shows of the channel that are live; null: not known, "failed": they could not be asked for. */
const found = signal<readonly Show[] | null | "failed">(null);

async function load(): Promise<void> {
  const here = snapshot.peek()?.show;
  if (!here) return;
  found.value = null;
  const query = new URLSearchParams({ channel: here.channel, state: "live", limit: String(MOST) });
  const page = await ask<{ shows: Show[] }>(`/shows?${query}`).catch(() => null);
  found.value = page ? page.shows.filter((each) => each.id !== here.id) : "failed";
}

function handOver(to: { show: string; title: string | null } | null): void {
  const before = snapshot.peek()?.show.hand_over ?? null;
  void attempt({
    say: () => (to ? (to.title === null ? t("sent_abroad") : t("sent", { title: to.title })) : t("taken_back")),
    send: () => theRoom().command("show.hand_over", to ? { show: to.show } : {}),
    refused: (error) => (error.code === "not_welcome" ? () => t("not_welcome") : why(error)),
    undo: () => handOver(before),
  });
}

/** The id in a show's link, or the id itself. */
function showIn(text: string): string | null {
  return /(?:^|\/shows\/)([\w-]{1,40})(?:[/?#].*)?$/.exec(text.trim())?.[1] ?? null;
}

/** Shows viewers the way to another live show of the channel, as hosts do at the end of theirs. */
export function HandOverPanel() {
  const show = snapshot.value?.show;
  const may = RUNNERS.has(roleHere.value);
  if (!show || !may || (show.state !== "live" && show.state !== "ended")) return null;
  const now = show.hand_over;
  return (
    <Fold testid="hand-over" title={t("title")} turned={(open) => open && void load()}>
      <p class="hint">{t("hint")}</p>
      {now && (
        <div class="survey-line" data-testid="hand-over-now">
          <p>{t("now", { title: now.title })}</p>
          <Button size="small" data-testid="hand-over-back" onClick={() => handOver(null)}>
            {t("back")}
          </Button>
        </div>
      )}
      <Others now={now?.show} />
      {/* Another channel's show is in no list here: its link is what one is told. */}
      <ByLink name="abroad" act={t("send")} send={(show) => handOver({ show, title: null })} />
      <NotTaken />
    </Fold>
  );
}

/** The shows whose viewers are not taken, and a way to name one before they come. */
function NotTaken() {
  return (
    <>
      {(snapshot.value?.declined ?? []).map(({ show, title, host, channel }) => (
        <div key={show} class="survey-line" data-testid="not-taken" data-show={show}>
          <p>
            {t("not_taken", { title })} <span class="hint">{t("not_taken.of", { host, channel })}</span>
          </p>
          <Button size="small" data-testid="take-again" onClick={() => decline({ show, title }, true)}>
            {t("not_taken.back")}
          </Button>
        </div>
      ))}
      <ByLink name="decline" act={t("coming.decline")} send={(show) => decline({ show, title: null })} />
    </>
  );
}

/** A show of whichever channel, named by its link. */
function ByLink({ name, act, send }: { name: "abroad" | "decline"; act: string; send: (show: string) => void }) {
  const id = useId();
  const text = useSignal("");
  const wrong = useSignal(false);
  function submit(event: Event): void {
    event.preventDefault();
    const show = showIn(text.value);
    wrong.value = show === null;
    if (!show) return;
    send(show);
    text.value = "";
  }
  return (
    <form class="hand-over-abroad" onSubmit={submit}>
      <label for={id}>{t(name)}</label>
      <span class="hint" id={`${id}-hint`}>
        {t(`${name}.hint`)}
      </span>
      <div class="survey-line">
        <input
          id={id}
          class="input"
          aria-describedby={`${id}-hint`}
          aria-invalid={wrong.value}
          value={text.value}
          data-testid={`hand-over-link-${name}`}
          onInput={(event) => {
            text.value = event.currentTarget.value;
            wrong.value = false;
          }}
        />
        <Button size="small" type="submit" disabled={!text.value.trim()} data-testid={`hand-over-${name}`}>
          {act}
        </Button>
      </div>
      {wrong.value && <p role="alert">{t("abroad.wrong")}</p>}
    </form>
  );
}

/** Whose audience comes to this show, until somebody of its staff has read it. */
export function Arrivals() {
  const [first] = snapshot.value?.arrivals ?? [];
  return (
    <>
      <TurnedBack />
      {first && (
        <p class="notice stage-news" role="status" data-testid="arrival">
          <span dir="auto">
            {first.viewers ? t.count("coming", first.viewers, said(first)) : t("coming.unknown", said(first))}
          </span>
          <Button size="small" data-testid="arrival-decline" onClick={() => decline(first)}>
            {t("coming.decline")}
          </Button>
          <Button size="small" data-testid="arrival-read" onClick={() => settleArrival(first)}>
            {t("coming.read")}
            <Key of="O" />
          </Button>
        </p>
      )}
    </>
  );
}

/** That the hosts of the show where viewers were shown the way do not take them, until somebody has read it. */
function TurnedBack() {
  const way = turnedBack.value;
  if (!way) return null;
  return (
    <p class="notice stage-news" role="status" data-testid="turned-back">
      <span dir="auto">{t("turned_back", { title: way.title })}</span>
      <Button
        size="small"
        onClick={() => {
          turnedBack.value = null;
        }}
      >
        {t("coming.read")}
      </Button>
    </p>
  );
}

/** Takes no viewers of a show, or takes them after all. */
function decline(of: { show: string; title: string | null }, undo = false): void {
  const { show, title } = of;
  void attempt({
    say: () => (title === null ? t("decline.deed_by_link") : t(undo ? "not_taken.back_deed" : "decline.deed", { title })),
    send: () => theRoom().command("arrival.decline", { show, undo }),
    refused: why,
    undo: () => decline(of, !undo),
  });
}

const said = ({ title, host, channel }: Arrival): { title: string; host: string; channel: string } => ({
  title,
  host,
  channel,
});

function settleArrival({ show, title }: Arrival): void {
  void attempt({
    say: () => t("coming.deed", { title }),
    send: () => theRoom().command("arrival.settle", { show }),
    refused: why,
  });
}

arrivalKey.value = () => {
  const [first] = snapshot.peek()?.arrivals ?? [];
  if (first) settleArrival(first);
  return first !== undefined;
};

function Others({ now }: { now: string | undefined }) {
  const shows = found.value;
  if (shows === null) return <p aria-busy="true" />;
  if (shows === "failed") {
    return (
      <div class="survey-line" role="alert">
        <p>{t("failed")}</p>
        <Button size="small" onClick={() => void load()}>
          {t("retry")}
        </Button>
      </div>
    );
  }
  const others = shows.filter((each) => each.id !== now);
  if (others.length === 0) return now ? null : <p data-testid="hand-over-none">{t("none")}</p>;
  return (
    <>
      {others.map((each) => (
        <div key={each.id} class="survey-line">
          <p>
            <bdi>{each.title}</bdi> <span class="hint">{t("with", { host: each.host })}</span>
          </p>
          <Button
            size="small"
            data-testid="hand-over-to"
            data-show={each.id}
            onClick={() => handOver({ show: each.id, title: each.title })}
          >
            {t("send")}
          </Button>
        </div>
      ))}
    </>
  );
}
