import { signal } from "@preact/signals";
import { place } from "./place";
import { readPreference, writePreference } from "./preference";

export type Language = "en" | "ja";
export const LANGUAGES: readonly Language[] = ["en", "ja"];

type Texts = Readonly<Record<string, string>>;
/** Texts in one language, by the name of their file in `shared/locales`. */
export type Table = Readonly<Record<string, Texts>>;
/** The texts of a page, or of a part of it, each language loaded by itself (`packing/texts.mjs`). */
export type Pack = Readonly<Record<Language, () => Promise<{ default: Table }>>>;
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

/** What is here of each language. */
const known = signal<Readonly<Record<Language, Table>>>({ en: {}, ja: {} });

/** What the page has asked for so far, in each language. */
const packs = new Map<Pack, Map<Language, Promise<void>>>();

/** The language that was asked for last; the page's own until its texts are here. */
let wanted = language.peek();

/** Takes up texts that are here already. */
export function addTexts(of: Language, table: Table): void {
  const now = known.peek();
  known.value = { ...now, [of]: { ...now[of], ...table } };
}

function load(pack: Pack, of: Language): Promise<void> {
  const loads = packs.get(pack) ?? new Map<Language, Promise<void>>();
  packs.set(pack, loads);
  const loading = loads.get(of) ?? pack[of]().then((module) => addTexts(of, module.default));
  loads.set(of, loading);
  // What did not come is asked for again the next time.
  loading.catch(() => loads.delete(of));
  return loading;
}

/** Loads texts in the page's language; a language that is switched to later comes with them. Rejects when they cannot be had. */
export async function loadTexts(pack: Pack): Promise<void> {
  await Promise.all([load(pack, language.peek()), load(pack, wanted)]);
}

/** A part that is on its way, once its texts are here too. */
export async function withTexts<T>(part: Promise<T>, pack: Pack): Promise<T> {
  const [there] = await Promise.all([part, loadTexts(pack)]);
  return there;
}

/** Loads what a page cannot begin without, again and again until it is here. */
export async function firstTexts(pack: Pack): Promise<void> {
  for (let pauseMs = 500; ; pauseMs = Math.min(2 * pauseMs, 15_000)) {
    try {
      await loadTexts(pack);
      return;
    } catch {
      await new Promise((done) => setTimeout(done, pauseMs));
    }
  }
}

/** Goes on in another language as soon as all its texts are here; of several the last one is meant. Rejects when they cannot be had. */
export async function speak(next: Language): Promise<void> {
  wanted = next;
  try {
    await Promise.all([...packs.keys()].map((pack) => load(pack, next)));
  } catch (error) {
    if (wanted === next) wanted = language.peek();
    throw error;
  }
  if (wanted === next) language.value = next;
}

/** Goes on in a language, now and whenever this device comes again. Rejects when its texts cannot be had. */
export async function chooseLanguage(next: Language): Promise<void> {
  writePreference("language", next);
  try {
    await speak(next);
  } catch (error) {
    writePreference("language", language.peek());
    throw error;
  }
}

language.subscribe((now) => {
  if (place.frame) place.frame.lang = now;
});

/**
 * Returns the translator of some files in `shared/locales`, of which the first that has a key is asked: `t("key", {name: value})` puts values
 * where the text says `{name}`, as text, never as HTML. `t.count("key", n)` picks `key.one` or `key.other` by the language's plural rule and
 * offers `{n}`, written for the language. The files come with a pack of the page (`packing/texts.mjs`), which the build checks.
 * Keys are checked against the English file when compiling; en and ja hold the same keys, checked by `npm run check`.
 */
export function createTranslator<E extends Texts>(...files: readonly string[]) {
  function find(key: string): string | undefined {
    const table = known.value[language.value];
    for (const file of files) {
      const text = table[file]?.[key];
      if (text !== undefined) return text;
    }
    return undefined;
  }

  function fill(text: string, values?: Values): string {
    if (!values) return text;
    return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
  }

  function t(key: keyof E & string, values?: Values): string {
    return fill(find(key) ?? key, values);
  }

  t.count = (key: CountKey<E>, n: number, values?: Values): string => {
    const category = new Intl.PluralRules(language.value).select(n);
    const text = find(`${key}.${category}`) ?? find(`${key}.other`) ?? key;
    return fill(text, { n: new Intl.NumberFormat(language.value).format(n), ...values });
  };

  /** For a key that is only known while running, such as an error code: the text, or null. */
  t.maybe = (key: string, values?: Values): string | null => {
    const text = find(key);
    return text === undefined ? null : fill(text, values);
  };

  return t;
}

type CountKey<E> = keyof E extends infer K ? (K extends `${infer Stem}.other` ? Stem : never) : never;
