import { createTranslator } from "../../shared/i18n";
import en from "../../shared/locales/analyst_definitions.en.json";
import ja from "../../shared/locales/analyst_definitions.ja.json";

/** The glossary: `name.KEY`, `text.KEY`, `formula.KEY`, `trap.KEY`, `since.KEY`. */
export const term = createTranslator(en, ja);

export function nameOf(key: string): string {
  return term.maybe(`name.${key}`) ?? key;
}
