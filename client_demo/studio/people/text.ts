import { createTranslator } from "../../shared/i18n";
import en from "../../shared/locales/studio_people.en.json";
import ja from "../../shared/locales/studio_people.ja.json";

export const t = createTranslator(en, ja);
