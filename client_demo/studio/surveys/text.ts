import { createTranslator } from "../../shared/i18n";
import en from "../../shared/locales/studio_surveys.en.json";
import ja from "../../shared/locales/studio_surveys.ja.json";

export const t = createTranslator(en, ja);
