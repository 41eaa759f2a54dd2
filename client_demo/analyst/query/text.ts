import { createTranslator } from "../../shared/i18n";
import en from "../../shared/locales/analyst_query.en.json";
import ja from "../../shared/locales/analyst_query.ja.json";

/** The words of the query builder and of the exports. */
export const t = createTranslator(en, ja);
