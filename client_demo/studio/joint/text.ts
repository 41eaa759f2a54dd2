import { createTranslator } from "../../shared/i18n";
import type en from "../../shared/locales/studio_joint.en.json";

export const t = createTranslator<typeof en>("studio_joint");
