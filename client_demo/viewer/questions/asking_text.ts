import { createTranslator } from "../../shared/i18n";
import type en from "../../shared/locales/viewer_asking.en.json";

export const t = createTranslator<typeof en>("viewer_asking");
