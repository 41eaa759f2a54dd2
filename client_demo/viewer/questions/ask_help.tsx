import { useEffect, useId } from "preact/hooks";
import type { Product, Question } from "../../sdk";
import { draftOf, keepDraft } from "../../shared/drafts";
import { place } from "../../shared/place";
import { Button } from "../../shared/ui/button";
import { Icon } from "../../shared/ui/icon";
import { showToast } from "../../shared/ui/toast";
import { asking, myQuestionIds, myVotes, vote } from "../me";
import { openPane } from "../panes";
import { Silenced } from "../safety/silenced";
import { identity, isLive, isOpen, products, show } from "../session";
import { refusalText } from "../text";
import { t } from "./asking_text";
import { answers, type FaqLine, lookForTwins, tellHelped, twins } from "./twins";

const placeOfDraft = (): string => `ask.${show.value?.id ?? ""}`;

/** Beside the box for a question: what has been answered or asked already, and what else can be said of it. */
export function AskHelp() {
  const text = draftOf(placeOfDraft());
  const about = asking.value.product;
  useEffect(() => lookForTwins(text, about), [text, about]);
  const isAsking = isOpen.value && Boolean(text || about);
  return (
    <>
      <Silenced />
      {isAsking && (
        <div class="ask-help">
          <Answers />
          <Twins />
          <Options />
        </div>
      )}
    </>
  );
}

function Answers() {
  const found = answers.value;
  return (
    <div role="status" class="twins" data-testid="answers">
      {found.length > 0 && (
        <>
          <p class="hint">{t("faq.title")}</p>
          <ul>
            {found.map((each) => (
              <Answer key={each.id} line={each} />
            ))}
          </ul>
          {/* Within the form: it sends the question. */}
          <Button type="submit" size="small" data-testid="ask-anyway">
            {t("faq.anyway")}
          </Button>
        </>
      )}
    </div>
  );
}

function Answer({ line }: { line: FaqLine }) {
  return (
    <li class="twin" data-testid="answer-line" data-line={line.id}>
      <span class="twin-text">
        <span dir="auto">{line.question}</span>
        <span class="twin-answer" dir="auto">
          <Icon name="check" /> {line.answer}
        </span>
      </span>
      <Button
        size="small"
        aria-label={t("faq.helps.of", { text: line.question })}
        data-testid="answer-helps"
        onClick={() => {
          tellHelped(line);
          keepDraft(placeOfDraft(), "");
          showToast(t("faq.done"));
        }}
      >
        {t("faq.helps")}
      </Button>
    </li>
  );
}

function Twins() {
  const found = twins.value;
  return (
    <div role="status" class="twins" data-testid="twins">
      {found.length > 0 && (
        <>
          <p class="hint">{t("twins.title")}</p>
          <ul>
            {found.map((each) => (
              <Twin key={each.id} question={each} />
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

function Twin({ question }: { question: Question }) {
  const { id, text, answer } = question;
  const mine = myQuestionIds.value.has(id);
  const voted = myVotes.value.has(id);
  return (
    <li class="twin" data-testid="twin" data-question={id}>
      <span class="twin-text">
        <span dir="auto">{text}</span>
        {answer?.text && (
          <span class="twin-answer" dir="auto">
            <Icon name="check" /> {answer.text}
          </span>
        )}
      </span>
      <Button
        size="small"
        disabled={mine || voted || !isLive.value}
        aria-label={mine || voted ? undefined : t("twins.vote.of", { text })}
        data-testid="twin-vote"
        onClick={() => void voteInstead(id)}
      >
        {!mine && <Icon name="up" />}
        {t(mine ? "twins.mine" : voted ? "twins.voted" : "twins.vote")}
      </Button>
    </li>
  );
}

/** Votes for what is there already, and puts the own words away. */
async function voteInstead(id: string): Promise<void> {
  try {
    await vote(id);
    keepDraft(placeOfDraft(), "");
    showToast(t("twins.done"));
  } catch (error) {
    showToast(refusalText(error));
  }
}

function Options() {
  const { product = "", anonymous = false } = asking.value;
  const id = useId();
  const about = products.value.find((each) => each.id === product);
  // Whoever answers for the shop does so by name.
  const mayHide = identity.value?.role === "viewer";
  return (
    <details class="ask-options" open={Boolean(product)} data-testid="ask-options">
      <summary>{about ? t("about.of", { title: about.title }) : anonymous ? t("options.anonymous") : t("options")}</summary>
      {products.value.length > 0 && (
        <label class="ask-about" for={`${id}-product`}>
          <span>{t("options.product")}</span>
          <select
            class="input"
            id={`${id}-product`}
            data-testid="ask-product"
            value={product}
            onChange={({ currentTarget: { value } }) => {
              const { product: _, ...rest } = asking.peek();
              asking.value = value ? { ...rest, product: value } : rest;
            }}
          >
            <option value="">{t("options.product.none")}</option>
            {products.value.map((each) => (
              <option key={each.id} value={each.id}>
                {each.title}
              </option>
            ))}
          </select>
        </label>
      )}
      {mayHide && (
        <label class="checkbox">
          <input
            type="checkbox"
            checked={anonymous}
            data-testid="ask-anonymous"
            aria-describedby={`${id}-hint`}
            onChange={({ currentTarget: { checked } }) => {
              const { anonymous: _, ...rest } = asking.peek();
              asking.value = checked ? { ...rest, anonymous: true } : rest;
            }}
          />
          {t("options.anonymous")}
        </label>
      )}
      {mayHide && (
        <p class="hint" id={`${id}-hint`}>
          {t("options.anonymous.hint")}
        </p>
      )}
    </details>
  );
}

/** On a product: the way to a question about it. */
export function AskAbout({ product }: { product: Product }) {
  if (!isOpen.value) return null;
  return (
    <button
      type="button"
      class="link-button ask-about-link"
      aria-label={t("about.of", { title: product.title })}
      data-testid="ask-about"
      onClick={() => {
        asking.value = { ...asking.peek(), product: product.id };
        openPane("questions");
        requestAnimationFrame(() => place.root?.querySelector<HTMLElement>(".ask-text")?.focus());
      }}
    >
      {t("about")}
    </button>
  );
}
