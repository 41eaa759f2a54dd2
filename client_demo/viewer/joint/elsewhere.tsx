import { place } from "../../shared/place";
import { resolve } from "../../shared/server";
import { t } from "../late_text";
import { link } from "../session";
import { talkedIn } from "./beside";

/** Above what is sold beside a show: that it may not be entered, or, in a page of somebody else's, the way to where people talk. */
export function Elsewhere() {
  if (link.value.is === "stopped") return <p class="notice">{t("joint.closed")}</p>;
  const to = place.wishes?.counter ? null : talkedIn.value;
  if (!to) return null;
  return (
    <p class="notice" data-testid="talked-elsewhere">
      <span>{t("joint.elsewhere", { name: to.name })}</span>
      <a
        class="button button-primary button-small"
        href={resolve(`/shows/${encodeURIComponent(to.show)}`)}
        target="_blank"
        rel="noopener"
      >
        {t("joint.watch")}
      </a>
    </p>
  );
}
