// The words of the pages about how people came.
import { createTranslator } from "../../shared/i18n";
import en from "../../shared/locales/analyst_visits.en.json";
import ja from "../../shared/locales/analyst_visits.ja.json";

export const t = createTranslator(en, ja);
