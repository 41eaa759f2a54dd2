import { createTranslator } from "../../shared/i18n";
import type en from "../../shared/locales/studio_conduct.en.json";

export const t = createTranslator<typeof en>("studio_conduct");
