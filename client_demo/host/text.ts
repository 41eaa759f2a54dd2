import { createTranslator, language } from "../shared/i18n";
import en from "../shared/locales/host.en.json";
import ja from "../shared/locales/host.ja.json";
import sharedEn from "../shared/locales/shared.en.json";
import sharedJa from "../shared/locales/shared.ja.json";

export const t = createTranslator(en, ja);
export const shared = createTranslator(sharedEn, sharedJa);

/** Names as a list in words. */
export function nameList(names: readonly string[]): string {
  return new Intl.ListFormat(language.value, { type: "conjunction" }).format(names);
}

/** The language of a viewer's text, where its letters tell: for the voice that reads it, its font, and where its lines may break. */
export function languageOf(text: string): "ja" | undefined {
  return /[\u3040-\u30ff]/.test(text) ? "ja" : undefined;
}
