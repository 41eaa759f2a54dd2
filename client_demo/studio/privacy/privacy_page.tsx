import { useEffect, useState } from "preact/hooks";
import { theChannel } from "../channel";
import { ListPage } from "../list_page";
import type { ListState } from "../list_state";
import { momentIn } from "../time";
import { Finder } from "./finder";
import "./privacy.css";
import { t } from "./text";

/** How often one that is not done is looked at. */
const LOOK_MS = 2_000;

/** As `GET /v1/erasures` has it. */
interface Erasure {
  id: string;
  asked_at: string;
  asked_by: string | null;
  done_at: string | null;
  shows: number | null;
  rows: number | null;
}

/** What a person may ask of the merchant: what is kept of them, and that it is erased; and the erasures that there were. */
export default function PrivacyPage() {
  const [turn, setTurn] = useState(0);
  return (
    <ListPage<Erasure>
      key={turn}
      testid="privacy"
      title={t("title")}
      lead={t("lead")}
      path="/erasures"
      things="erasures"
      keyOf={({ id }) => id}
      empty={{ title: t("empty.title"), text: t("empty.text") }}
      row={(erasure, list) => <Row erasure={erasure} list={list} />}
    >
      <Finder onErased={() => setTurn(turn + 1)} />
    </ListPage>
  );
}

function Row({ erasure, list }: { erasure: Erasure; list: ListState<Erasure> }) {
  useEffect(() => {
    if (erasure.done_at) return;
    const timer = setInterval(() => void list.again(), LOOK_MS);
    return () => clearInterval(timer);
  }, [erasure.done_at, list]);
  const zone = theChannel().time_zone;
  const { asked_at, asked_by, done_at, shows, rows } = erasure;
  return (
    <div data-testid="erasure" data-done={done_at !== null}>
      <p class="row-title">{done_at ? t("done", { shows: shows ?? 0, rows: rows ?? 0 }) : t("waiting")}</p>
      <p class="hint">
        <time dateTime={done_at ?? asked_at}>{momentIn(done_at ?? asked_at, zone)}</time>
        {" · "}
        {asked_by ? t("asked_by", { name: asked_by }) : t("asked_by_self")}
      </p>
    </div>
  );
}
