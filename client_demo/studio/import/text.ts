import { createTranslator } from "../../shared/i18n";
import en from "../../shared/locales/studio_import.en.json";
import ja from "../../shared/locales/studio_import.ja.json";

export const t = createTranslator(en, ja);
