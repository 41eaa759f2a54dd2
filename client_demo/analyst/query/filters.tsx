import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { Button } from "../../shared/ui/button";
import { Icon } from "../../shared/ui/icon";
import type { QueryCatalogue } from "../report.generated";
import { ask } from "./data";
import { type Filter, type Op, type Question, withOp } from "./question";
import { t } from "./text";

const FILTERS_MOST = 20;
const WORDS: Readonly<Record<string, readonly string[]>> = {
  device: ["phone", "tablet", "desktop"],
  returning: ["new", "returning"],
  identity: ["guest", "known"],
  mode: ["live", "replay"],
  segment: ["new", "returning", "repeat_buyer", "lapsed"],
};

interface FiltersProps {
  catalogue: QueryCatalogue;
  question: Question;
}

/** Of whom: conditions that must all hold. */
export function Filters({ catalogue, question }: FiltersProps) {
  const { filters = [], dimensions = [] } = question;
  const fields = catalogue.fields.filter(({ field }) => !["product", "mode"].includes(field) || dimensions.includes(field));
  const put = (next: Filter[]): void => ask({ ...question, filters: next });
  return (
    <fieldset class="people-choice" data-testid="query-filters">
      <legend class="field-label">{t("filters")}</legend>
      <div class="rule-rows">
        {filters.map((filter, i) => (
          <FilterRow
            // Filters have no identity but their place.
            key={i}
            place={i}
            filter={filter}
            fields={fields}
            change={(next) => put(filters.map((each, j) => (j === i ? next : each)))}
            remove={() => put(filters.filter((_each, j) => j !== i))}
          />
        ))}
      </div>
      <Button
        size="small"
        disabled={filters.length >= FILTERS_MOST}
        data-testid="filter-add"
        onClick={() => put([...filters, { field: "device", op: "eq", value: "phone" }])}
      >
        {t("filters.add")}
      </Button>
    </fieldset>
  );
}

interface RowProps {
  place: number;
  filter: Filter;
  fields: QueryCatalogue["fields"];
  change: (next: Filter) => void;
  remove: () => void;
}

function FilterRow({ place, filter, fields, change, remove }: RowProps) {
  const about = fields.find((each) => each.field === filter.field);
  const ops: Op[] = about?.ranges ? ["eq", "in", "not", "range"] : ["eq", "in", "not", "null"];
  return (
    <fieldset class="rule-row people-choice" aria-label={t("filters.nth", { n: place + 1 })} data-testid={`filter-${place}`}>
      <label class="field">
        <span class="field-label">{t("filters.field")}</span>
        <select
          class="input"
          data-testid={`filter-field-${place}`}
          value={filter.field}
          onChange={(event) => change(aboutField(event.currentTarget.value, fields))}
        >
          {fields.map(({ field }) => (
            <option key={field} value={field}>
              {t.maybe(`field.${field}`) ?? field}
            </option>
          ))}
        </select>
      </label>
      <label class="field rule-op">
        <span class="field-label">{t("filters.op")}</span>
        <select
          class="input"
          data-testid={`filter-op-${place}`}
          value={filter.op}
          onChange={(event) => change(withOp(filter, event.currentTarget.value as Op))}
        >
          {ops.map((op) => (
            <option key={op} value={op}>
              {t(`op.${op}`)}
            </option>
          ))}
        </select>
      </label>
      <Values place={place} filter={filter} numbers={about?.numbers ?? false} change={change} />
      <Button look="quiet" size="icon" aria-label={t("filters.remove", { n: place + 1 })} onClick={remove}>
        <Icon name="close" />
      </Button>
    </fieldset>
  );
}

/** A filter of another field: of its first word, or from 1. */
function aboutField(field: string, fields: QueryCatalogue["fields"]): Filter {
  const about = fields.find((each) => each.field === field);
  if (about?.ranges) return { field, op: "range", ...(about.numbers && { from: 1 }) };
  const word = WORDS[field]?.[0];
  return word ? { field, op: "eq", value: word } : { field, op: "eq" };
}

interface ValuesProps {
  place: number;
  filter: Filter;
  numbers: boolean;
  change: (next: Filter) => void;
}

function Values({ place, filter, numbers, change }: ValuesProps) {
  const { field, op } = filter;
  const asked = (text: string): string | number | undefined => (text === "" ? undefined : numbers ? Number(text) : text);
  if (op === "null") {
    const known = String(filter.null ?? true);
    return (
      <Labelled label={t("filters.value")}>
        {(id) => (
          <select
            id={id}
            class="input"
            value={known}
            data-testid={`filter-value-${place}`}
            onChange={(event) => change({ ...filter, null: event.currentTarget.value === "true" })}
          >
            <option value="true">{t("op.unknown")}</option>
            <option value="false">{t("op.known")}</option>
          </select>
        )}
      </Labelled>
    );
  }
  if (op === "range") {
    return (
      <>
        {(["from", "to"] as const).map((end) => (
          <Labelled key={end} label={t(`filters.${end}`)}>
            {(id) => (
              <input
                id={id}
                class="input"
                type={numbers ? "number" : field === "month" ? "month" : "date"}
                data-testid={`filter-${end}-${place}`}
                value={filter[end] ?? ""}
                onChange={(event) => {
                  const { [end]: _, ...rest } = filter;
                  const value = asked(event.currentTarget.value);
                  change(value === undefined ? rest : { ...rest, [end]: value });
                }}
              />
            )}
          </Labelled>
        ))}
      </>
    );
  }
  const words = WORDS[field];
  if (op === "eq" && words) {
    return (
      <Labelled label={t("filters.value")}>
        {(id) => (
          <select
            id={id}
            class="input"
            data-testid={`filter-value-${place}`}
            value={String(filter.value ?? "")}
            onChange={(event) => change({ ...filter, value: event.currentTarget.value })}
          >
            {words.map((word) => (
              <option key={word} value={word}>
                {t.maybe(`word.${word}`) ?? word}
              </option>
            ))}
          </select>
        )}
      </Labelled>
    );
  }
  const text = op === "eq" ? String(filter.value ?? "") : (filter.values ?? []).join(", ");
  return (
    <Labelled label={op === "eq" ? t("filters.value") : t("filters.values")}>
      {(id) => (
        <input
          id={id}
          class="input"
          type="text"
          maxLength={400}
          data-testid={`filter-value-${place}`}
          value={text}
          onChange={(event) => {
            const given = event.currentTarget.value;
            const parts = given
              .split(",")
              .map((each) => asked(each.trim()))
              .filter((each) => each !== undefined);
            const { value: _, ...rest } = filter;
            if (op !== "eq") change({ ...rest, values: parts });
            else change(parts.length ? { ...rest, value: asked(given.trim()) ?? "" } : rest);
          }}
        />
      )}
    </Labelled>
  );
}

function Labelled({ label, children }: { label: string; children: (id: string) => ComponentChildren }) {
  const id = useId();
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {label}
      </label>
      {children(id)}
    </div>
  );
}
