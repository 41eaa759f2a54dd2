import { createTranslator } from "../../i18n";
import type en from "../../locales/staff_posts.en.json";

export const t = createTranslator<typeof en>("staff_posts");
