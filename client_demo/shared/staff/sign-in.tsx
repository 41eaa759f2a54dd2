import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { draftOf, keepDraft } from "../drafts";
import { createTranslator } from "../i18n";
import type sharedEn from "../locales/shared.en.json";
import type en from "../locales/staff.en.json";
import { Button } from "../ui/button";
import { LanguageSwitch, ThemeSwitch } from "../ui/switches";
import {
  EMAIL_DRAFT,
  SIGN_IN_DRAFT,
  session,
  signIn,
  signInByPassword,
  signInChannels,
  signInFailure,
  signingIn,
  signOut,
  wayByProvider,
} from "./session";

const t = createTranslator<typeof en>("staff");
const shared = createTranslator<typeof sharedEn>("shared");

/** What a refusal means, in words. */
export function explainError(code: string): string {
  return shared.maybe(`error.${code}`) ?? t.maybe(`error.${code}`) ?? shared("error.unknown");
}

/** The same to the person who signs in. */
function explainSignIn(code: string): string {
  const known = t.maybe(`sign_in.error.${code}`);
  if (known) return known;
  if (code.startsWith("provider.")) return t("sign_in.error.provider");
  return explainError(code.replace(/^password\./, ""));
}

/** The door of a page for staff: e-mail and password, or a code or a token. `page` says what lies behind it. */
export function SignIn({ page }: { page: string }) {
  const failure = signInFailure.value;
  return (
    <main class="door" data-testid="sign-in">
      <div class="door-form card">
        <p class="wordmark">{shared("app.name")}</p>
        <h1>{page}</h1>
        <p class="door-failure" role="alert" data-testid="sign-in-failure">
          {failure && explainSignIn(failure)}
        </p>
        <ByProvider />
        <ByPassword />
        <p class="door-or">{t("sign_in.or")}</p>
        <ByCode />
      </div>
      <div class="switches">
        <LanguageSwitch />
        <ThemeSwitch />
      </div>
    </main>
  );
}

/** The way by the company's own provider, where the channel has one. Without a connection the door is as good as without it. */
function ByProvider() {
  const way = useSignal<string | null>(null);
  useEffect(() => {
    wayByProvider().then(
      (found) => {
        way.value = found;
      },
      () => undefined,
    );
  }, []);
  if (!way.value) return null;
  return (
    <>
      <a class="button button-primary button-large" href={way.value} data-testid="sign-in-by-provider">
        {t("sign_in.by_provider")}
      </a>
      <p class="door-or">{t("sign_in.or")}</p>
    </>
  );
}

function ByPassword() {
  const password = useSignal("");
  const chosen = useSignal("");
  const channels = signInChannels.value;
  const failed = signInFailure.value?.startsWith("password.") ?? false;
  return (
    <form
      class="door-way"
      onSubmit={(event) => {
        event.preventDefault();
        const email = draftOf(EMAIL_DRAFT);
        if (email.trim() && password.value)
          void signInByPassword(email, password.value, chosen.value || (channels[0]?.id ?? null));
      }}
    >
      <label class="field">
        <span class="field-label">{t("sign_in.email")}</span>
        <input
          class="input"
          type="email"
          value={draftOf(EMAIL_DRAFT)}
          autocomplete="username"
          aria-invalid={failed}
          data-testid="sign-in-email"
          onInput={(event) => keepDraft(EMAIL_DRAFT, event.currentTarget.value)}
        />
      </label>
      <label class="field">
        <span class="field-label">{t("sign_in.password")}</span>
        <input
          class="input"
          type="password"
          value={password.value}
          autocomplete="current-password"
          aria-invalid={failed}
          data-testid="sign-in-password"
          onInput={(event) => {
            password.value = event.currentTarget.value;
          }}
        />
      </label>
      {channels.length > 0 && (
        <label class="field">
          <span class="field-label">{t("sign_in.channel")}</span>
          <select
            class="input"
            value={chosen.value || channels[0]?.id}
            data-testid="sign-in-channel"
            onChange={(event) => {
              chosen.value = event.currentTarget.value;
            }}
          >
            {channels.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </label>
      )}
      <Button type="submit" look="primary" size="large" disabled={signingIn.value} data-testid="sign-in-by-password">
        {signingIn.value ? t("sign_in.busy") : shared("sign_in.submit")}
      </Button>
    </form>
  );
}

function ByCode() {
  const failure = signInFailure.value;
  return (
    <form
      class="door-way"
      onSubmit={(event) => {
        event.preventDefault();
        const typed = draftOf(SIGN_IN_DRAFT);
        if (typed.trim()) void signIn(typed);
      }}
    >
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
          aria-invalid={failure !== null && !/^(password|provider)\./.test(failure)}
          data-testid="sign-in-code"
          onInput={(event) => keepDraft(SIGN_IN_DRAFT, event.currentTarget.value)}
        />
      </label>
      <p class="hint" id="sign-in-hint">
        {t("sign_in.hint")}
      </p>
      <Button type="submit" size="large" disabled={signingIn.value} data-testid="sign-in-submit">
        {signingIn.value ? t("sign_in.busy") : t("sign_in.by_code")}
      </Button>
    </form>
  );
}

/** Who is signed in, and the way out. `name` stands in place of the name, such as a link to the account. */
export function WhoIsIn({ name }: { name?: ComponentChildren }) {
  const now = session.value;
  if (!now) return null;
  const role = t.maybe(`role.${now.role}`) ?? now.role;
  return (
    <div class="who">
      {name}
      <span class="hint" data-testid="who">
        {name ? role : t("who", { role, name: now.name || now.channel })}
      </span>
      <Button size="small" onClick={() => signOut()} data-testid="sign-out">
        {shared("sign_in.sign_out")}
      </Button>
    </div>
  );
}
