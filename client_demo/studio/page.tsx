import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { explainError } from "../shared/staff/sign-in";
import { Button } from "../shared/ui/button";
import { Link } from "./link";
import { ROOT } from "./router";
import { Sign } from "./sign";
import { shared, t } from "./text";

interface PageFrameProps {
  testid: string;
  title: string;
  /** Where the list is that this page's thing is in. */
  back?: { to: string; label: string };
  /** Beside the title: the next thing to do. */
  actions?: ComponentChildren;
  /** Under the title, in one sentence. */
  lead?: ComponentChildren;
  children?: ComponentChildren;
}

/** The frame of every page of the studio: the way back, a title, what can be done, and the page. */
export function PageFrame({ testid, title, back, actions, lead, children }: PageFrameProps) {
  useEffect(() => {
    document.title = `${title} · ${t("page.title")}`;
  }, [title]);
  return (
    <div class="page" data-testid={testid}>
      <header class="page-head">
        {back && (
          <Link to={back.to} class="back" data-testid="back">
            <Sign name="back" />
            {back.label}
          </Link>
        )}
        <h1>{title}</h1>
        {actions && <div class="page-actions">{actions}</div>}
        {lead && <p class="page-lead hint">{lead}</p>}
      </header>
      {children}
    </div>
  );
}

/** A part of a page with a heading of its own. */
export function Section({
  title,
  hint,
  children,
  testid,
}: {
  title: string;
  hint?: string;
  children: ComponentChildren;
  testid?: string;
}) {
  return (
    <section class="section card" data-testid={testid}>
      <h2>{title}</h2>
      {hint && <p class="hint">{hint}</p>}
      {children}
    </section>
  );
}

/** Said while something is read for the first time. */
export function Loading() {
  return (
    <p class="empty" role="status" data-testid="loading">
      {shared("loading")}
    </p>
  );
}

/** Something could not be read: why, and the way to try again. */
export function Failure({ code, again }: { code: string; again?: () => void }) {
  return (
    <p class="notice notice-bad" role="alert" data-testid="failure">
      {explainError(code)}
      {again && (
        <Button size="small" onClick={again} data-testid="again">
          {shared("retry")}
        </Button>
      )}
    </p>
  );
}

/** Nothing is here yet: what belongs here, and the first step. */
export function Empty({
  title,
  text,
  action,
  testid = "empty",
}: {
  title: string;
  text: string;
  action?: ComponentChildren;
  testid?: string;
}) {
  return (
    <div class="empty card" data-testid={testid}>
      <h2>{title}</h2>
      <p>{text}</p>
      {action}
    </div>
  );
}

export function NotFound() {
  return (
    <PageFrame testid="not-found" title={t("missing.title")}>
      <Empty
        title={t("missing.text")}
        text={t("missing.hint")}
        action={
          <Link to={ROOT} class="button">
            {t("missing.home")}
          </Link>
        }
      />
    </PageFrame>
  );
}

export function NotAllowed() {
  return (
    <PageFrame testid="not-allowed" title={t("not_allowed.title")}>
      <Empty title={t("not_allowed.text")} text={t("not_allowed.hint")} />
    </PageFrame>
  );
}
