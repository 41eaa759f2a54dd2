import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { explainError } from "../shared/staff/sign-in";
import { Button } from "../shared/ui/button";
import { showToast } from "../shared/ui/toast";
import { ConflictDialog } from "./conflict_dialog";
import { FormState, type Spec } from "./form_state";
import { Failure, Loading } from "./page";
import { shared, t } from "./text";
import { offerUndo } from "./undo";

export type { Errors, Spec } from "./form_state";
export type { Version } from "./versions";

/** The form of one thing; another place is another thing. It reads the thing by itself. */
export function useForm<V extends object>(spec: Spec<V>): FormState<V> {
  const form = useMemo(() => new FormState<V>(spec), [spec.place]);
  form.spec = spec;
  useEffect(() => void form.load(), [form]);
  return form;
}

interface FormProps<V extends object> {
  form: FormState<V>;
  testid: string;
  children: ComponentChildren;
  /** What the button says; "Save" unless told. */
  action?: string;
  /** Said once it is saved; null: the page says it itself. */
  saved?: string | null;
  onSaved?: () => void;
}

/** The fields of a form once they are read, with what saves them. Draw the fields as its children. */
export function Form<V extends object>(props: FormProps<V>) {
  const { form } = props;
  if (!form.stored.value) {
    return form.failure.value ? <Failure code={form.failure.value} again={() => void form.load()} /> : <Loading />;
  }
  return <Fields {...props} />;
}

function Fields<V extends object>({ form, testid, children, action, saved = t("form.saved"), onSaved }: FormProps<V>) {
  const element = useRef<HTMLFormElement>(null);
  const attempts = form.refused.value;
  useLayoutEffect(() => {
    if (attempts) element.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [attempts]);
  return (
    <form
      ref={element}
      class="form"
      noValidate
      data-testid={testid}
      data-dirty={form.dirty.value}
      onSubmit={(event) => {
        event.preventDefault();
        void form.submit().then((done) => {
          if (!done) return;
          if (saved) showToast(saved);
          onSaved?.();
        });
      }}
    >
      {children}
      <FormEnd form={form} action={action ?? shared("save")} />
      {form.conflict.value && <ConflictDialog form={form} conflict={form.conflict.value} />}
    </form>
  );
}

function FormEnd<V extends object>({ form, action }: { form: FormState<V>; action: string }) {
  const dirty = form.dirty.value;
  return (
    <div class="form-end">
      <p class="form-failure" role="alert" data-testid="form-failure">
        {form.failure.value && explainError(form.failure.value)}
      </p>
      <div class="form-actions">
        <Button type="submit" look="primary" disabled={form.saving.value || (!dirty && !form.spec.fresh)} data-testid="form-save">
          {form.saving.value ? t("form.saving") : action}
        </Button>
        {dirty && (
          <Button look="quiet" data-testid="form-discard" onClick={() => offerUndo(t("form.discarded"), form.discard())}>
            {t("form.discard")}
          </Button>
        )}
        <span class="hint" role="status">
          {dirty && t("form.kept")}
        </span>
      </div>
    </div>
  );
}
