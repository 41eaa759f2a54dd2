import { createTranslator } from "../../../shared/i18n";
import type sharedEn from "../../../shared/locales/shared.en.json";
import type en from "../../../shared/locales/viewer.en.json";
import type checkoutEn from "../../../shared/locales/viewer_checkout.en.json";
import type lateEn from "../../../shared/locales/viewer_late.en.json";

/** The texts of buying by the checkout. */
export const t = createTranslator<typeof sharedEn & typeof en & typeof lateEn & typeof checkoutEn>(
  "viewer_checkout",
  "viewer_late",
  "viewer",
  "shared",
);
