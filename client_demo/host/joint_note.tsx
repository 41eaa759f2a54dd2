import { createTranslator } from "../shared/i18n";
import type en from "../shared/locales/host_joint.en.json";
import { isPartner, snapshot } from "./desk";

const t = createTranslator<typeof en>("host_joint");

/** With whom the show is held: where people talk, who else sells, and what is whose. */
export function JointNote() {
  const show = snapshot.value?.show;
  const joint = show?.joint;
  if (!show || !joint) return null;
  const leading = joint.shows.find((each) => each.show === joint.leading);
  const others = joint.shows.filter((each) => each.show !== show.id).map((each) => each.name);
  if (isPartner.value) {
    return (
      <p class="notice" data-testid="joint-note">
        {t("partner", { name: leading?.name ?? "" })}
      </p>
    );
  }
  if (show.id === joint.leading) {
    return (
      <p class="notice" data-testid="joint-note">
        {t("leading", { names: others.join(", ") })}
      </p>
    );
  }
  return (
    <p class="notice" data-testid="joint-note">
      {t("beside", { name: leading?.name ?? "" })}
      <a
        class="button button-small button-primary"
        href={`/host?show=${encodeURIComponent(joint.leading)}`}
        target="_blank"
        rel="noopener"
      >
        {t("open")}
      </a>
    </p>
  );
}
