import { createTranslator } from "../../shared/i18n";
import type en from "../../shared/locales/studio_posts.en.json";

export const t = createTranslator<typeof en>("studio_posts");
