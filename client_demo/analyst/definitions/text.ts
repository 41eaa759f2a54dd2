import { createTranslator } from "../../shared/i18n";
import type en from "../../shared/locales/analyst_definitions.en.json";

/** The glossary: `name.KEY`, `text.KEY`, `formula.KEY`, `trap.KEY`, `since.KEY`. */
export const term = createTranslator<typeof en>("analyst_definitions");

export function nameOf(key: string): string {
  return term.maybe(`name.${key}`) ?? key;
}
