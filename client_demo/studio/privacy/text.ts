import { createTranslator } from "../../shared/i18n";
import en from "../../shared/locales/studio_privacy.en.json";
import ja from "../../shared/locales/studio_privacy.ja.json";

export const t = createTranslator(en, ja);
