import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { explainError } from "../../shared/staff/sign-in";
import { Button } from "../../shared/ui/button";
import { LanguageSwitch, ThemeSwitch } from "../../shared/ui/switches";
import { Link } from "../link";
import { Loading, PageFrame } from "../page";
import { ROOT } from "../router";
import { shared } from "../text";
import { openLink, type Sight, sight, trouble } from "./link";
import "./door.css";
import { t } from "./text";

interface DoorProps {
  testid: string;
  /** The kinds of links that this page is for. */
  kinds: readonly Sight["kind"][];
  title: (sight: Sight) => string;
  lead: (sight: Sight) => string;
  children: (sight: Sight) => ComponentChildren;
}

/** A page that somebody comes to by a link: it is looked at first, and a link that does not work says why. */
export function Door({ testid, kinds, title, lead, children }: DoorProps) {
  useEffect(() => void openLink(), []);
  const now = sight.value;
  const why = trouble.value ?? (now && !kinds.includes(now.kind) ? "none" : null);
  return (
    <div class="link-page">
      <p class="wordmark">{shared("app.name")}</p>
      {why ? (
        <Gone why={why} />
      ) : now ? (
        <PageFrame testid={testid} title={title(now)} lead={lead(now)}>
          {children(now)}
        </PageFrame>
      ) : (
        <Loading />
      )}
      <div class="switches">
        <LanguageSwitch />
        <ThemeSwitch />
      </div>
    </div>
  );
}

function Gone({ why }: { why: string }) {
  const known = t.maybe(`link.${why}`);
  return (
    <PageFrame testid="link-gone" title={known ? t("link.title") : t("link.failed")}>
      <p class="notice" role="alert" data-why={why} data-testid="link-why">
        {known ?? explainError(why)}
      </p>
      {known ? (
        <Link to={ROOT} class="button" data-testid="link-sign-in">
          {t("link.sign_in")}
        </Link>
      ) : (
        <Button onClick={() => void openLink()} data-testid="again">
          {shared("retry")}
        </Button>
      )}
    </PageFrame>
  );
}
