import { createTranslator } from "../../shared/i18n";
import en from "../../shared/locales/studio_reviews.en.json";
import ja from "../../shared/locales/studio_reviews.ja.json";

export const t = createTranslator(en, ja);
