import { chooseLanguage, createTranslator, LANGUAGES, language } from "../i18n";
import type en from "../locales/shared.en.json";
import { chooseTheme, THEMES, theme } from "../theme";
import { showToast } from "./toast";

const t = createTranslator<typeof en>("shared");

export function LanguageSwitch() {
  return (
    <fieldset class="segmented" aria-label={t("language.label")} data-testid="language-switch">
      {LANGUAGES.map((each) => (
        <button
          type="button"
          key={each}
          lang={each}
          aria-pressed={language.value === each}
          data-testid={`language-${each}`}
          onClick={() => void chooseLanguage(each).catch(() => showToast(t("language.failed")))}
        >
          {t(`language.${each}`)}
        </button>
      ))}
    </fieldset>
  );
}

export function ThemeSwitch() {
  return (
    <fieldset class="segmented" aria-label={t("theme.label")} data-testid="theme-switch">
      {THEMES.map((each) => (
        <button
          type="button"
          key={each}
          aria-pressed={theme.value === each}
          data-testid={`theme-${each}`}
          onClick={() => chooseTheme(each)}
        >
          {t(`theme.${each}`)}
        </button>
      ))}
    </fieldset>
  );
}
