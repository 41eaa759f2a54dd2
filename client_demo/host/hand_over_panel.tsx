import { signal } from "@preact/signals";
import type { Show } from "../sdk/wire";
import { createTranslator } from "../shared/i18n";
import type en from "../shared/locales/host_hand_over.en.json";
import { ask } from "../shared/staff/ask";
import { Button } from "../shared/ui/button";
import { why } from "./actions";
import { attempt } from "./deeds";
import { roleHere, snapshot, theRoom } from "./desk";
import { Fold } from "./fold";
import { RUNNERS } from "./plan_line";

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

function handOver(to: { show: string; title: string } | null): void {
  const before = snapshot.peek()?.show.hand_over ?? null;
  void attempt({
    say: () => (to ? t("sent", { title: to.title }) : t("taken_back")),
    send: () => theRoom().command("show.hand_over", to ? { show: to.show } : {}),
    refused: why,
    undo: () => handOver(before),
  });
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
    </Fold>
  );
}

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
          <Button size="small" data-testid="hand-over-to" data-show={each.id} onClick={() => handOver({ show: each.id, title: each.title })}>
            {t("send")}
          </Button>
        </div>
      ))}
    </>
  );
}
