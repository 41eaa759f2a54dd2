// The words of the pages about how people came.
import { createTranslator } from "../../shared/i18n";
import type en from "../../shared/locales/analyst_visits.en.json";

export const t = createTranslator<typeof en>("analyst_visits");
