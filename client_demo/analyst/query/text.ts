import { createTranslator } from "../../shared/i18n";
import type en from "../../shared/locales/analyst_query.en.json";

/** The words of the query builder and of the exports. */
export const t = createTranslator<typeof en>("analyst_query");
