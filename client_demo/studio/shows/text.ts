import { createTranslator } from "../../shared/i18n";
import en from "../../shared/locales/studio_shows.en.json";
import ja from "../../shared/locales/studio_shows.ja.json";

export const t = createTranslator(en, ja);
