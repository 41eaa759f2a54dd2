import { createTranslator } from "../i18n";
import type en from "../locales/staff.en.json";
import { session } from "./session";
import { AT_HOME, PAGES, type StaffPage } from "./session_store";

const t = createTranslator<typeof en>("staff");

/** The ways to the other pages for staff that this person has business on. */
export function StaffPages({ here }: { here: StaffPage }) {
  const role = session.value?.role;
  const others = PAGES.filter((page) => page !== here && role && AT_HOME[page].includes(role));
  if (others.length === 0) return null;
  return (
    <nav class="staff-pages" aria-label={t("pages")} data-testid="staff-pages">
      {others.map((page) => (
        <a key={page} href={`/${page}`} data-testid={`to-${page}`}>
          {t(`page.${page}`)}
        </a>
      ))}
    </nav>
  );
}
