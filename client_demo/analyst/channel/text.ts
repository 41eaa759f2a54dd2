import { createTranslator } from "../../shared/i18n";
import en from "../../shared/locales/analyst_channel.en.json";
import ja from "../../shared/locales/analyst_channel.ja.json";

export const t = createTranslator(en, ja);
