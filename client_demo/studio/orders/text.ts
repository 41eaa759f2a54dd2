import { createTranslator } from "../../shared/i18n";
import en from "../../shared/locales/studio_orders.en.json";
import ja from "../../shared/locales/studio_orders.ja.json";

export const t = createTranslator(en, ja);
