import { createTranslator } from "../../shared/i18n";
import type en from "../../shared/locales/viewer_posts.en.json";

export const t = createTranslator<typeof en>("viewer_posts");
