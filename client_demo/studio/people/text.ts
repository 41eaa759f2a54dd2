import { createTranslator } from "../../shared/i18n";
import type en from "../../shared/locales/studio_people.en.json";

export const t = createTranslator<typeof en>("studio_people");
