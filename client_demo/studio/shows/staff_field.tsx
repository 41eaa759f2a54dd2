import { Field } from "../fields";
import type { FormState } from "../form_state";
import type { ShowText, StaffText } from "./show";
import { t } from "./text";

export interface Person {
  id: string;
  name: string;
}

/** Who is meant to host and moderate the show. */
export function StaffField({ form, people }: { form: FormState<ShowText>; people: readonly Person[] }) {
  const { staff } = form.values;
  const set = (person: string, part: string): void => {
    const others = staff.filter((each) => each.person !== person);
    form.set("staff", part ? [...others, { person, part: part as StaffText["part"] }] : others);
  };
  return (
    <Field
      form={form}
      name="staff"
      label={t("staff")}
      show={(value) => value.map(({ person }) => people.find((each) => each.id === person)?.name ?? person).join(", ")}
      control={({ disabled }) => (
        <ul class="staff-list" data-testid="staff">
          {people.map(({ id, name }) => (
            <li key={id} class="staff-person">
              <span>{name}</span>
              <select
                class="input"
                aria-label={t("staff.part", { name })}
                disabled={disabled}
                value={staff.find((each) => each.person === id)?.part ?? ""}
                data-testid="staff-part"
                data-id={id}
                onChange={(event) => set(id, event.currentTarget.value)}
              >
                <option value="">{t("staff.none")}</option>
                <option value="host">{t("staff.host")}</option>
                <option value="moderator">{t("staff.moderator")}</option>
              </select>
            </li>
          ))}
        </ul>
      )}
    />
  );
}
