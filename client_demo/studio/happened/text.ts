import { createTranslator } from "../../shared/i18n";
import en from "../../shared/locales/studio_happened.en.json";
import ja from "../../shared/locales/studio_happened.ja.json";

export const t = createTranslator(en, ja);
