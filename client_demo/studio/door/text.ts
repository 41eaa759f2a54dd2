import { createTranslator } from "../../shared/i18n";
import en from "../../shared/locales/studio_door.en.json";
import ja from "../../shared/locales/studio_door.ja.json";

export const t = createTranslator(en, ja);
