import { createTranslator } from "../../shared/i18n";
import en from "../../shared/locales/studio_pictures.en.json";
import ja from "../../shared/locales/studio_pictures.ja.json";

export const t = createTranslator(en, ja);
