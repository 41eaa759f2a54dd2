// Holding a show together with other shops: inviting, taking an invitation, and who holds it with whom.
import { useSignal } from "@preact/signals";
import type { Show } from "../../sdk/wire";
import type { JointShow } from "../../sdk/wire.generated";
import { draftOf, keepDraft } from "../../shared/drafts";
import { Button } from "../../shared/ui/button";
import { showToast } from "../../shared/ui/toast";
import { make, remove, tellFailure } from "../api";
import { theChannel } from "../channel";
import { CopyBox, EndButton } from "../keys/parts";
import { forgetLists } from "../list_state";
import { Section } from "../page";
import { momentIn } from "../time";
import "./joint.css";
import { t } from "./text";

interface Invited {
  code: string;
  ends_at: string;
}

interface Sight {
  show: Show;
  name: string;
}

/** States of a show in which it can still be held together with others. */
const OPEN: ReadonlySet<string> = new Set(["draft", "scheduled", "rehearsal", "live"]);
const JOINABLE: ReadonlySet<string> = new Set(["scheduled", "rehearsal", "live"]);

export function JointPart({ show, changed }: { show: Show; changed: () => void }) {
  const { joint, id, state } = show;
  if (!joint && !OPEN.has(state)) return null;
  const leads = !joint || joint.leading === id;
  return (
    <Section title={t("title")} hint={t("hint")} testid="joint">
      {joint && <Held show={show} shows={joint.shows} leading={joint.leading} changed={changed} />}
      {leads && OPEN.has(state) && <Invite show={id} />}
      {!joint && JOINABLE.has(state) && <Invitation show={id} changed={changed} />}
    </Section>
  );
}

function Held({
  show,
  shows,
  leading,
  changed,
}: {
  show: Show;
  shows: readonly JointShow[];
  leading: string;
  changed: () => void;
}) {
  const leave = (other: string) => async (): Promise<void> => {
    try {
      await remove(`/shows/${show.id}/joint/${other}`);
      forgetLists();
      showToast(t("left"));
      changed();
    } catch (error) {
      tellFailure(error);
    }
  };
  const leads = leading === show.id;
  return (
    <ul class="joint-shows" aria-label={t("with")} data-testid="joint-shows">
      {shows.map((each) => (
        <li key={each.show} data-show={each.show}>
          <span>
            <bdi>{each.name}</bdi> {each.show === show.id && <span class="hint">{t("mine")}</span>}
          </span>
          {each.show === leading && <span class="badge badge-accent">{t("leading")}</span>}
          {each.show === leading && !leads && (
            <a class="button button-small" href={`/host?show=${encodeURIComponent(leading)}`}>
              {t("host")}
            </a>
          )}
          {(leads ? each.show !== show.id : each.show === show.id) && show.state !== "ended" && (
            <EndButton
              title={t("leave.title")}
              text={t("leave.text")}
              action={leads ? t("remove", { name: each.name }) : t("leave")}
              end={leave(leads ? each.show : leading)}
              testid="joint-leave"
            />
          )}
        </li>
      ))}
    </ul>
  );
}

function Invite({ show }: { show: string }) {
  const made = useSignal<Invited | null>(null);
  const invite = async (): Promise<void> => {
    try {
      made.value = (await make<Invited>(`/shows/${show}/joint/invitations`, {}, null)).value;
    } catch (error) {
      tellFailure(error);
    }
  };
  const { value: invited } = made;
  if (!invited) {
    return (
      <Button data-testid="joint-invite" onClick={() => void invite()}>
        {t("invite")}
      </Button>
    );
  }
  return (
    <div role="status">
      <CopyBox label={t("code")} text={invited.code} testid="joint-code" />
      <p class="hint">{t("invited", { ends: momentIn(invited.ends_at, theChannel().time_zone) })}</p>
    </div>
  );
}

function Invitation({ show, changed }: { show: string; changed: () => void }) {
  const sight = useSignal<Sight | null>(null);
  const place = `joint.${show}`;
  const code = draftOf(place);
  const look = async (): Promise<void> => {
    try {
      sight.value = (await make<Sight>("/joint/look", { code: code.trim() }, null)).value;
    } catch (error) {
      sight.value = null;
      tellFailure(error);
    }
  };
  const join = async (): Promise<void> => {
    try {
      await make<Show>("/joint", { code: code.trim(), show }, null);
      keepDraft(place, "");
      forgetLists();
      showToast(t("joined"));
      changed();
    } catch (error) {
      tellFailure(error);
    }
  };
  const seen = sight.value;
  return (
    <form
      class="joint-given"
      onSubmit={(event) => {
        event.preventDefault();
        void look();
      }}
    >
      <h3>{t("given")}</h3>
      <div class="secret">
        <input
          class="input"
          value={code}
          aria-label={t("given.hint")}
          placeholder={t("given.hint")}
          autocomplete="off"
          spellcheck={false}
          data-testid="joint-given"
          onInput={(event) => {
            sight.value = null;
            keepDraft(place, event.currentTarget.value);
          }}
        />
        <Button type="submit" disabled={!code.trim()} data-testid="joint-look">
          {t("look")}
        </Button>
      </div>
      {seen && (
        <div class="joint-sight" role="status" data-testid="joint-sight">
          <p>
            <strong dir="auto">{t("sight", { name: seen.name, title: seen.show.title })}</strong>
          </p>
          {seen.show.starts_at && <p>{t("sight.at", { at: momentIn(seen.show.starts_at, theChannel().time_zone) })}</p>}
          <p class="hint">{t("sight.what")}</p>
          <Button look="primary" data-testid="joint-join" onClick={() => void join()}>
            {t("join")}
          </Button>
        </div>
      )}
    </form>
  );
}
