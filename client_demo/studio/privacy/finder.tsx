import { useId, useState } from "preact/hooks";
import { saveJson } from "../../shared/save";
import { Button } from "../../shared/ui/button";
import { showToast } from "../../shared/ui/toast";
import { explain, make, read, tellFailure } from "../api";
import { EndButton } from "../keys/parts";
import { forgetLists } from "../list_state";
import { t } from "./text";

/** By what a person is found. */
const BY = ["order", "viewer", "customer"] as const;

/** As `POST /v1/viewers/find` has it. */
interface Person {
  viewer: string;
  ids: number;
  rows: Readonly<Record<string, number>>;
}

/** Finds one person by what they can name, and shows what can be done about their data. */
export function Finder({ onErased }: { onErased: () => void }) {
  const [by, setBy] = useState<(typeof BY)[number]>("order");
  const [value, setValue] = useState("");
  const [found, setFound] = useState<Person | null>(null);
  const [why, setWhy] = useState("");
  const id = useId();
  const look = async (): Promise<void> => {
    setFound(null);
    setWhy("");
    try {
      const [person] = (await make<{ people: Person[] }>("/viewers/find", { [by]: value.trim() }, null)).value.people;
      if (person) setFound(person);
      else setWhy(t("none"));
    } catch (error) {
      setWhy(explain(error));
    }
  };
  return (
    <section class="section card" aria-label={t("find.title")}>
      <form
        class="privacy-find"
        onSubmit={(event) => {
          event.preventDefault();
          if (value.trim()) void look();
        }}
      >
        <div class="field">
          <label class="field-label" for={`${id}-by`}>
            {t("find.by")}
          </label>
          <select
            class="input"
            id={`${id}-by`}
            data-testid="privacy-by"
            value={by}
            onChange={(event) => setBy(event.currentTarget.value as (typeof BY)[number])}
          >
            {BY.map((each) => (
              <option key={each} value={each}>
                {t(`by.${each}`)}
              </option>
            ))}
          </select>
        </div>
        <div class="field">
          <label class="field-label" for={`${id}-value`}>
            {t(`by.${by}`)}
          </label>
          <input
            class="input"
            id={`${id}-value`}
            data-testid="privacy-value"
            maxLength={200}
            autocomplete="off"
            spellcheck={false}
            value={value}
            onInput={(event) => setValue(event.currentTarget.value)}
          />
        </div>
        <Button type="submit" look="primary" data-testid="privacy-look">
          {t("find")}
        </Button>
      </form>
      <div role="status">
        {why && (
          <p class="notice" data-testid="privacy-none">
            {why}
          </p>
        )}
        {found && (
          <Found
            person={found}
            onErased={() => {
              setFound(null);
              setValue("");
              onErased();
            }}
          />
        )}
      </div>
    </section>
  );
}

function Found({ person, onErased }: { person: Person; onErased: () => void }) {
  const { viewer, rows } = person;
  const path = `/viewers/${encodeURIComponent(viewer)}`;
  const count = (...tables: readonly string[]): number => tables.reduce((sum, table) => sum + (rows[table] ?? 0), 0);
  const erase = (): Promise<void> =>
    make(`${path}/erasure`, {}, null).then(() => {
      showToast(t("asked"));
      forgetLists();
      onErased();
    }, tellFailure);
  return (
    <div class="privacy-found" data-testid="privacy-found">
      <p class="row-title privacy-id">{viewer}</p>
      <p class="hint">
        {t("kept", {
          shows: count("attendance"),
          orders: count("orders", "reported_order"),
          questions: count("question"),
        })}
      </p>
      <div class="row-actions">
        <Button data-testid="privacy-data" onClick={() => void hand(path)}>
          {t("data")}
        </Button>
        <EndButton testid="privacy-erase" title={t("erase.title")} text={t("erase.text")} action={t("erase")} end={erase} />
      </div>
    </div>
  );
}

/** Fetches everything that is kept of the person, as a file. */
async function hand(path: string): Promise<void> {
  try {
    const { value } = await read<object>(`${path}/data`);
    saveJson(value, "what-is-kept.json");
  } catch (error) {
    tellFailure(error);
  }
}
