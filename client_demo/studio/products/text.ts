import { createTranslator } from "../../shared/i18n";
import en from "../../shared/locales/studio_products.en.json";
import ja from "../../shared/locales/studio_products.ja.json";

export const t = createTranslator(en, ja);
