import { useSignal } from "@preact/signals";
import { Button } from "../shared/ui/button";
import { Dialog } from "../shared/ui/dialog";
import type { Conflict, FormState } from "./form_state";
import { shared, t } from "./text";
import type { Difference, Side } from "./versions";

interface ConflictProps<V extends object> {
  form: FormState<V>;
  conflict: Conflict<V>;
}

/** Two people changed the same thing: both versions side by side, field by field, and one is chosen for each. Nothing is saved by it yet. */
export function ConflictDialog<V extends object>({ form, conflict }: ConflictProps<V>) {
  const sides = useSignal<ReadonlyMap<keyof V, Side>>(new Map());
  const all = (side: Side): void => {
    sides.value = new Map(conflict.differences.map(({ name }) => [name, side]));
  };
  return (
    <Dialog title={t("conflict.title")} onClose={() => form.setAside()} testid="conflict-dialog">
      <p>{t("conflict.text")}</p>
      <div class="conflict-all">
        <Button size="small" data-testid="conflict-all-mine" onClick={() => all("mine")}>
          {t("conflict.all.mine")}
        </Button>
        <Button size="small" data-testid="conflict-all-theirs" onClick={() => all("theirs")}>
          {t("conflict.all.theirs")}
        </Button>
      </div>
      {conflict.differences.map((each) => (
        <Choice
          key={each.name}
          form={form}
          difference={each}
          side={sides.value.get(each.name) ?? each.side}
          choose={(side) => {
            sides.value = new Map(sides.value).set(each.name, side);
          }}
        />
      ))}
      <div class="dialog-actions">
        <Button onClick={() => form.setAside()} data-testid="conflict-later">
          {shared("cancel")}
        </Button>
        <Button look="primary" data-testid="conflict-use" onClick={() => form.choose(sides.value)}>
          {t("conflict.use")}
        </Button>
      </div>
    </Dialog>
  );
}

interface ChoiceProps<V extends object> {
  form: FormState<V>;
  difference: Difference<V>;
  side: Side;
  choose: (side: Side) => void;
}

function Choice<V extends object>({ form, difference, side, choose }: ChoiceProps<V>) {
  const name = String(difference.name);
  const description = form.descriptions.get(difference.name);
  const show = description?.show ?? ((value: unknown) => (typeof value === "string" ? value : JSON.stringify(value)));
  return (
    <fieldset class="conflict-field" data-testid={`conflict-${name}`}>
      <legend class="field-label">
        {description?.label ?? name}
        {difference.both && <span class="badge badge-warn">{t("conflict.both")}</span>}
      </legend>
      {(["mine", "theirs"] as const).map((each) => (
        <label key={each} class="conflict-side">
          <input
            type="radio"
            name={`conflict-${name}`}
            checked={side === each}
            data-testid={`conflict-${name}-${each}`}
            onChange={() => choose(each)}
          />
          <span class="conflict-whose">{t(`conflict.${each}`)}</span>
          <span class="conflict-value">{show(difference[each]) || t("conflict.empty")}</span>
        </label>
      ))}
    </fieldset>
  );
}
