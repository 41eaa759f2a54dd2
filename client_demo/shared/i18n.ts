import { signal } from "@preact/signals";
import { place } from "./place";
import { readPreference, writePreference } from "./preference";

export type Language = "en" | "ja";
export const LANGUAGES: readonly Language[] = ["en", "ja"];

type Texts = Readonly<Record<string, string>>;
type Values = Readonly<Record<string, string | number>>;

function preferredLanguage(): Language {
  const asked =
    (place.wishes ? place.wishes.language : new URLSearchParams(location.search).get("lang")) ?? readPreference("language");
  for (const wish of [asked, ...navigator.languages]) {
    const found = LANGUAGES.find((language) => wish?.toLowerCase().startsWith(language));
    if (found) return found;
  }
  return "en";
}

/** The language of the page; reading it while drawing makes the drawing follow the switch. */
export const language = signal<Language>(preferredLanguage());

export function chooseLanguage(next: Language): void {
  language.value = next;
  writePreference("language", next);
}

language.subscribe((now) => {
  if (place.frame) place.frame.lang = now;
});

/**
 * Returns the translator of a page: `t("key", {name: value})` puts values where the text says `{name}`, as text, never as HTML.
 * `t.count("key", n)` picks `key.one` or `key.other` by the language's plural rule and offers `{n}`, written for the language.
 * Keys are checked against the English file when compiling; en and ja hold the same keys, checked by `npm run check`.
 */
export function createTranslator<const E extends Texts>(en: E, ja: Readonly<Record<keyof E, string>>) {
  const texts: Record<Language, Texts> = { en, ja };

  function fill(text: string, values?: Values): string {
    if (!values) return text;
    return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
  }

  function t(key: keyof E & string, values?: Values): string {
    return fill(texts[language.value][key] ?? key, values);
  }

  t.count = (key: CountKey<E>, n: number, values?: Values): string => {
    const category = new Intl.PluralRules(language.value).select(n);
    const now = texts[language.value];
    const text = now[`${key}.${category}`] ?? now[`${key}.other`] ?? key;
    return fill(text, { n: new Intl.NumberFormat(language.value).format(n), ...values });
  };

  /** For a key that is only known while running, such as an error code: the text, or null. */
  t.maybe = (key: string, values?: Values): string | null => {
    const text = texts[language.value][key];
    return text === undefined ? null : fill(text, values);
  };

  return t;
}

type CountKey<E> = keyof E extends infer K ? (K extends `${infer Stem}.other` ? Stem : never) : never;
