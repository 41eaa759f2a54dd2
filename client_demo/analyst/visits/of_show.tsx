// What a show's report says of how people came, with the way to the pages that say it all.
import { count } from "../../shared/format";
import { Link } from "../link";
import { answerOfWord } from "../word_of_mouth/answer";
import { visits, wordOfMouth } from "./data";
import { answerOf } from "./page";
import { t } from "./text";

/** Nothing, where nobody told of page views and nobody shared. */
export function HowTheyCame({ show }: { show: string }) {
  const came = visits.state.value.value;
  const word = wordOfMouth.state.value.value;
  const query = `?show=${encodeURIComponent(show)}`;
  if (!(came?.page_views || word?.shares || word?.visits)) return null;
  return (
    <section class="card" data-testid="how-they-came" aria-labelledby="how-they-came-title">
      <h2 id="how-they-came-title">{t("of_show.title")}</h2>
      {came && came.page_views > 0 && (
        <>
          <p>
            {`${answerOf(came)} ${t("visits.without", { views: count(came.page_views), unknown: count(came.without_an_id) })}`}
          </p>
          <p>
            <Link to={`/analyst/visits${query}`} data-testid="to-visits">
              {t("of_show.visits")}
            </Link>
          </p>
        </>
      )}
      {word && (word.shares > 0 || word.visits > 0) && (
        <>
          <p>{answerOfWord(word)}</p>
          <p>
            <Link to={`/analyst/word-of-mouth${query}`} data-testid="to-word">
              {t("of_show.word")}
            </Link>
          </p>
        </>
      )}
    </section>
  );
}
