import { createTranslator, language } from "../shared/i18n";
import type en from "../shared/locales/host.en.json";
import type sharedEn from "../shared/locales/shared.en.json";

export const t = createTranslator<typeof en>("host");
export const shared = createTranslator<typeof sharedEn>("shared");

/** Names as a list in words. */
export function nameList(names: readonly string[]): string {
  return new Intl.ListFormat(language.value, { type: "conjunction" }).format(names);
}

/** The language of a viewer's text, where its letters tell: for the voice that reads it, its font, and where its lines may break. */
export function languageOf(text: string): "ja" | undefined {
  return /[\u3040-\u30ff]/.test(text) ? "ja" : undefined;
}
