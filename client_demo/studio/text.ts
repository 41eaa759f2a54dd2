import { createTranslator, language } from "../shared/i18n";
import sharedEn from "../shared/locales/shared.en.json";
import sharedJa from "../shared/locales/shared.ja.json";
import en from "../shared/locales/studio.en.json";
import ja from "../shared/locales/studio.ja.json";

/** Texts of the studio's shell and common parts; each area has its own file and translator. */
export const t = createTranslator(en, ja);
export const shared = createTranslator(sharedEn, sharedJa);

/** What the server finds wrong with a field: in its own words, which are English, where that is what the person reads. */
export function sayWrong(why: string): string {
  return language.peek() === "en" && why ? t("field.wrong.because", { why }) : t("field.wrong");
}
