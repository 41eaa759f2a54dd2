import { Link } from "../link";
import { MAIL, t } from "./mail";
import "./mail.css";

const PLACES = [
  ["shows", MAIL],
  ["sender", `${MAIL}/sender`],
  ["words.en", `${MAIL}/words/en`],
  ["words.ja", `${MAIL}/words/ja`],
  ["messages", `${MAIL}/messages`],
  ["stopped", `${MAIL}/stopped`],
] as const;

export type Tab = (typeof PLACES)[number][0];

/** Between the pages of the area. */
export function Tabs({ here }: { here: Tab }) {
  return (
    <nav class="mail-tabs" aria-label={t("tabs")}>
      {PLACES.map(([name, to]) => (
        <Link
          key={name}
          to={to}
          class="mail-tab"
          aria-current={here === name ? "page" : undefined}
          data-testid={`mail-tab-${name.replace(".", "-")}`}
        >
          {t(`tab.${name}`)}
        </Link>
      ))}
    </nav>
  );
}
