import { createTranslator, language } from "../shared/i18n";
import type sharedEn from "../shared/locales/shared.en.json";
import type en from "../shared/locales/studio.en.json";

/** Texts of the studio's shell and common parts; each area has its own file and translator. */
export const t = createTranslator<typeof en>("studio");
export const shared = createTranslator<typeof sharedEn>("shared");

/** What the server finds wrong with a field: in our words where the code says enough, else in its own, which are English, where that is what the person reads. */
export function sayWrong(code: string, why: string): string {
  const known = t.maybe(`field.${code}`);
  if (known) return known;
  return language.peek() === "en" && why ? t("field.wrong.because", { why }) : t("field.wrong");
}
