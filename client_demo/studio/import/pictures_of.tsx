import { Button } from "../../shared/ui/button";
import { tellFailure } from "../api";
import { Section } from "../page";
import type { Following, Import } from "./imports";
import { t } from "./text";

interface PicturesOfProps {
  pictures: NonNullable<Import["pictures"]>;
  following: Following;
}

/** What becomes of the pictures that the file names by their addresses: they are fetched after the products are written. */
export function PicturesOf({ pictures: { waiting, kept, failed }, following }: PicturesOfProps) {
  const all = waiting + kept + failed;
  return (
    <Section title={t("fetching")} hint={t("fetching.hint")} testid="import-pictures">
      <p role="status" data-testid="import-pictures-state" data-waiting={waiting} data-failed={failed}>
        {waiting > 0 ? t("fetching.going", { n: all - waiting, all }) : t.count("fetching.kept", kept)}
        {failed > 0 && ` ${t.count("fetching.failed", failed)}`}
      </p>
      {waiting > 0 && <progress class="import-progress" aria-label={t("fetching")} max={all} value={all - waiting} />}
      {failed > 0 && (
        <div class="import-actions">
          <Button data-testid="import-fetch-again" onClick={() => void following.fetchAgain().catch(tellFailure)}>
            {t("fetching.again")}
          </Button>
        </div>
      )}
    </Section>
  );
}
