import type { ComponentChild } from "preact";
import { createTranslator } from "./i18n";
import type en from "./locales/shared.en.json";
import { Icon } from "./ui/icon";

const t = createTranslator<typeof en>("shared");

/** What the server writes for viewers in the place of a name that nobody is to read; staff read a pseudonym. */
const ANONYMOUS = "Anonymous";

/** What an author is called in the reader's language: who chose no name is a guest with a number. */
export function nameOf({ author, guest, anonymous }: { author: string; guest?: number | null; anonymous?: boolean }): string {
  if (anonymous && author === ANONYMOUS) return t("anonymous");
  return guest ? t("guest", { n: guest }) : author;
}

/** The mark of staff beside a name, in words: for every line that one of them wrote. Nothing for viewers. */
export function StaffBadge({ role }: { role: string | null | undefined }): ComponentChild {
  const text = role ? t.maybe(`staff.${role}`) : null;
  if (!text) return null;
  return (
    <span class="badge badge-staff" data-testid="staff" data-role={role}>
      <Icon name="check" />
      {text}
    </span>
  );
}
