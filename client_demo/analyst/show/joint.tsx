import { count, money, percent } from "../../shared/format";
import { createTranslator } from "../../shared/i18n";
import type en from "../../shared/locales/analyst_joint.en.json";
import type { JointReport } from "../report.generated";
import { jointReport } from "./data";

const t = createTranslator<typeof en>("analyst_joint");

type Part = Pick<JointReport["shows"][number], "viewers" | "bought" | "money">;

/** A show that is held together with other shops: each one's own figures, and what they come to. */
export function Joint({ show }: { show: string }) {
  const { value } = jointReport.state.value;
  if (!value?.shows.some((each) => each.show === show)) return null;
  return (
    <section class="card" aria-labelledby="joint-title" data-testid="joint-figures">
      <h2 id="joint-title">{t("title")}</h2>
      <p class="hint">{t("hint")}</p>
      <div class="scroll-x">
        <table class="table">
          <thead>
            <tr>
              <th scope="col">{t("shop")}</th>
              <th scope="col">{t("viewers")}</th>
              <th scope="col">{t("bought")}</th>
              <th scope="col">{t("sold")}</th>
            </tr>
          </thead>
          <tbody>
            {value.shows.map((each) => (
              <tr key={each.show} data-show={each.show}>
                <th scope="row">
                  <bdi>{each.name}</bdi> {each.show === show && <span class="hint">{t("here")}</span>}
                </th>
                <Cells part={each} />
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr data-testid="joint-together">
              <th scope="row">{t("together")}</th>
              <Cells part={value.together} />
            </tr>
          </tfoot>
        </table>
      </div>
      <p>{t.count("several", value.together.bought_of_several)}</p>
    </section>
  );
}

function Cells({ part: { viewers, bought, money: sums } }: { part: Part }) {
  return (
    <>
      <td>{count(viewers)}</td>
      <td>
        {count(bought.part)}
        {bought.share !== null && <span class="hint">{` (${percent(bought.share)})`}</span>}
      </td>
      <td>{sums.map((each) => money(each.gmv_minor, each.currency)).join(" · ") || "–"}</td>
    </>
  );
}
