import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { RefusedError } from "../../sdk/refused";
import { dateTime } from "../../shared/format";
import { explainError } from "../../shared/staff/sign-in";
import { Button } from "../../shared/ui/button";
import { showToast } from "../../shared/ui/toast";
import { stay } from "../address";
import { tellFailure } from "../failure";
import { Link } from "../link";
import type { SavedQueryBody, SavedQueryVersions } from "../report.generated";
import { shared } from "../text";
import { ask, keep, opened, question, remove, saved, versionsOf } from "./data";
import type { Question } from "./question";
import { t } from "./text";

const NAME_MOST = 80;

/** The channel's saved queries, the one that is open, and the way to save this one. */
export function Saved() {
  const { value, failure } = saved.state.value;
  return (
    <section class="card people-section query-saved" aria-labelledby="saved-title" data-testid="saved">
      <h2 id="saved-title">{t("saved.title")}</h2>
      {failure && <p role="alert">{explainError(failure)}</p>}
      {value?.queries.length === 0 && <p class="hint">{t("saved.empty")}</p>}
      {value && value.queries.length > 0 && (
        <ul class="query-list">
          {value.queries.map((each) => (
            <li key={each.id}>
              <Link
                to="/analyst/query"
                query={{ saved: each.id }}
                class="query-saved-name"
                data-testid={`saved-${each.id}`}
                aria-current={opened.value?.id === each.id ? "page" : undefined}
              >
                {each.name}
              </Link>
              <span class="hint">{t("saved.by", { name: each.changed_by || "–", at: dateTime(each.changed_at) })}</span>
            </li>
          ))}
        </ul>
      )}
      <Keep key={opened.value?.id ?? "new"} now={opened.value} />
    </section>
  );
}

function Keep({ now }: { now: SavedQueryBody | null }) {
  const name = useSignal(now?.name ?? "");
  const missing = !name.value.trim() || !question.value;
  async function save(over: SavedQueryBody | null): Promise<void> {
    if (!question.value) return;
    try {
      const done = await keep(name.value.trim(), question.value, over);
      showToast(t("saved.done", { name: done.name }));
      saved.again();
      stay({ saved: done.id, q: null });
    } catch (error) {
      if (error instanceof RefusedError && error.code === "conflict") {
        saved.again();
        showToast(t("saved.conflict"));
      } else tellFailure(error);
    }
  }
  async function drop(query: SavedQueryBody): Promise<void> {
    try {
      await remove(query);
      stay({ saved: null, q: JSON.stringify(query.query) });
      saved.again();
      const undo = (): void => void keep(query.name, query.query as unknown as Question, null).then(saved.again, tellFailure);
      showToast(t("saved.removed", { name: query.name }), { label: shared("undo"), run: undo });
    } catch (error) {
      tellFailure(error);
    }
  }
  return (
    <form
      class="people-filters"
      onSubmit={(event) => {
        event.preventDefault();
        void save(now);
      }}
    >
      <label class="field">
        <span class="field-label">{t("saved.name")}</span>
        <input
          class="input"
          maxLength={NAME_MOST}
          data-testid="saved-name"
          value={name.value}
          onInput={(event) => {
            name.value = event.currentTarget.value;
          }}
        />
      </label>
      <Button look="primary" type="submit" disabled={missing} data-testid="saved-keep">
        {now ? t("saved.change") : t("saved.keep")}
      </Button>
      {now && (
        <>
          <Button disabled={missing} data-testid="saved-copy" onClick={() => void save(null)}>
            {t("saved.copy")}
          </Button>
          <Button look="danger" data-testid="saved-remove" onClick={() => void drop(now)}>
            {t("saved.remove")}
          </Button>
          <Versions key={`${now.id} ${now.version}`} now={now} />
        </>
      )}
    </form>
  );
}

/** How it was before; one is opened as a question that is not saved yet. */
function Versions({ now }: { now: SavedQueryBody }) {
  const found = useSignal<SavedQueryVersions["versions"]>([]);
  useEffect(() => {
    let mine = true;
    versionsOf(now.id).then(
      ({ versions }) => {
        if (mine) found.value = versions;
      },
      () => {},
    );
    return () => {
      mine = false;
    };
  }, [now.id, now.version]);
  if (found.value.length < 2) return null;
  return (
    <label class="field">
      <span class="field-label">{t("saved.versions")}</span>
      <select
        class="input"
        data-testid="saved-versions"
        onChange={(event) => {
          const chosen = found.value.find((each) => String(each.version) === event.currentTarget.value);
          if (chosen) ask(chosen.query as unknown as Question);
        }}
      >
        {found.value.map((each) => (
          <option key={each.version} value={each.version}>
            {t("saved.version", { n: each.version, by: each.by || "–", at: dateTime(each.at) })}
          </option>
        ))}
      </select>
    </label>
  );
}
