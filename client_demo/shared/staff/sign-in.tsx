import { draftOf, keepDraft } from "../drafts";
import { createTranslator } from "../i18n";
import sharedEn from "../locales/shared.en.json";
import sharedJa from "../locales/shared.ja.json";
import en from "../locales/staff.en.json";
import ja from "../locales/staff.ja.json";
import { Button } from "../ui/button";
import { LanguageSwitch, ThemeSwitch } from "../ui/switches";
import { SIGN_IN_DRAFT, session, signIn, signInFailure, signingIn, signOut } from "./session";

const t = createTranslator(en, ja);
const shared = createTranslator(sharedEn, sharedJa);

/** What a refusal means, in words. */
export function explainError(code: string): string {
  return shared.maybe(`error.${code}`) ?? shared("error.unknown");
}

/** The same to the person who signs in. */
function explainSignIn(code: string): string {
  return t.maybe(`sign_in.error.${code}`) ?? explainError(code);
}

/** The door of a page for staff: a code or a token, nothing else. `page` says what lies behind it. */
export function SignIn({ page }: { page: string }) {
  const failure = signInFailure.value;
  return (
    <main class="door" data-testid="sign-in">
      <form
        class="door-form card"
        onSubmit={(event) => {
          event.preventDefault();
          const typed = draftOf(SIGN_IN_DRAFT);
          if (typed.trim()) void signIn(typed);
        }}
      >
        <p class="wordmark">{shared("app.name")}</p>
        <h1>{page}</h1>
        <label class="field">
          <span class="field-label">{t("sign_in.label")}</span>
          <input
            class="input"
            type="text"
            value={draftOf(SIGN_IN_DRAFT)}
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            aria-describedby="sign-in-hint"
            aria-invalid={failure !== null}
            data-testid="sign-in-code"
            onInput={(event) => keepDraft(SIGN_IN_DRAFT, event.currentTarget.value)}
          />
        </label>
        <p class="hint" id="sign-in-hint">
          {t("sign_in.hint")}
        </p>
        <p class="door-failure" role="alert" data-testid="sign-in-failure">
          {failure && explainSignIn(failure)}
        </p>
        <Button type="submit" look="primary" size="large" disabled={signingIn.value} data-testid="sign-in-submit">
          {signingIn.value ? t("sign_in.busy") : shared("sign_in.submit")}
        </Button>
      </form>
      <div class="switches">
        <LanguageSwitch />
        <ThemeSwitch />
      </div>
    </main>
  );
}

/** Who is signed in, and the way out. */
export function WhoIsIn() {
  const now = session.value;
  if (!now) return null;
  return (
    <div class="who">
      <span class="hint" data-testid="who">
        {t("who", { role: t.maybe(`role.${now.role}`) ?? now.role, channel: now.channel })}
      </span>
      <Button size="small" onClick={() => signOut()} data-testid="sign-out">
        {shared("sign_in.sign_out")}
      </Button>
    </div>
  );
}
