import { signal, useSignal } from "@preact/signals";
import { useId, useRef } from "preact/hooks";
import { FootList } from "../../shared/comments/foot";
import { draftOf, keepDraft } from "../../shared/drafts";
import { count } from "../../shared/format";
import { isEnter } from "../../shared/input_method";
import { nameOf, StaffBadge } from "../../shared/people";
import { Button } from "../../shared/ui/button";
import { Icon } from "../../shared/ui/icon";
import { RoomLeft } from "../../shared/ui/room_left";
import { showToast } from "../../shared/ui/toast";
import { asKept, lengthOf } from "../../shared/writing";
import { myReacted } from "../me";
import { KINDS } from "../reactions/glyphs";
import { Glyph } from "../reactions/reactions";
import { silenced } from "../safety/own";
import { ReportButton } from "../safety/report";
import { Silenced } from "../safety/silenced";
import { identity, isOver, show } from "../session";
import { refusalText } from "../text";
import {
  earlierFailed,
  followAgain,
  hasEarlier,
  isFollowing,
  type Line,
  lines,
  loadEarlier,
  newCount,
  part,
  react,
  saidThen,
  stopFollowing,
  withdraw,
  write,
} from "./stream";
import { t } from "./text";

const CHARACTERS_MAX = 300;

/** The line whose acts are unfolded. */
const unfolded = signal<string | null>(null);

function tell(act: Promise<void>): void {
  act.catch((error) => showToast(refusalText(error)));
}

function Counts({ line }: { line: Line }) {
  const mine = myReacted.value[line.id] ?? [];
  const given = KINDS.filter((kind) => line.reactions?.[kind]);
  if (given.length === 0) return null;
  return (
    <span class="comment-counts">
      {given.map((kind) => (
        <button
          type="button"
          key={kind}
          class="comment-count"
          data-testid={`comment-count-${kind}`}
          aria-pressed={mine.includes(kind)}
          aria-label={`${t(`reaction.${kind}`)}: ${count(line.reactions?.[kind] ?? 0)}`}
          disabled={isOver.value}
          onClick={() => tell(react(line.id, kind))}
        >
          <Glyph kind={kind} />
          {count(line.reactions?.[kind] ?? 0)}
        </button>
      ))}
    </span>
  );
}

/** What one may do with a line: react to what others see, take back what is one's own. */
function Acts({ line }: { line: Line }) {
  const mine = myReacted.value[line.id] ?? [];
  const standing = line.state === "open" || line.state === "held";
  return (
    <fieldset class="comment-acts" aria-label={t("comments.acts")}>
      {line.n !== undefined &&
        KINDS.map((kind) => (
          <button
            type="button"
            key={kind}
            class="comment-act"
            data-testid={`comment-react-${kind}`}
            aria-pressed={mine.includes(kind)}
            aria-label={t(`reaction.${kind}`)}
            onClick={() => tell(react(line.id, kind))}
          >
            <Glyph kind={kind} />
          </button>
        ))}
      {!line.own && !line.role && line.n !== undefined && <ReportButton kind="comment" item={line.id} text={line.text} />}
      {line.own && standing && (
        <Button look="quiet" size="small" data-testid="comment-withdraw" onClick={() => tell(withdraw(line.id))}>
          {t("comments.withdraw")}
        </Button>
      )}
    </fieldset>
  );
}

function ownNote(line: Line): string | null {
  if (!line.own) return null;
  if (line.state === "held") return t("comments.held");
  if (line.state === "removed") return t("comments.removed");
  return line.question ? t("comments.asked") : null;
}

function CommentRow({ line }: { line: Line }) {
  const open = unfolded.value === line.id && !isOver.value;
  const note = ownNote(line);
  const acts = line.n !== undefined || (line.own && (line.state === "open" || line.state === "held"));
  return (
    <li class={line.own ? "comment comment-own" : "comment"} data-testid="comment" data-comment={line.id} data-n={line.n}>
      <p class="comment-line">
        <strong class="comment-author">{line.own ? t("comments.mine") : nameOf(line)}</strong> <StaffBadge role={line.role} />{" "}
        <span dir="auto">{line.text}</span>
        {note && <span class="hint comment-note">{note}</span>}
      </p>
      <div class="comment-marks">
        <Counts line={line} />
        {acts && !isOver.value && (
          <button
            type="button"
            class="comment-more"
            data-testid="comment-more"
            aria-expanded={open}
            aria-label={t("comments.more", { text: line.text })}
            onClick={() => (unfolded.value = open ? null : line.id)}
          >
            <Icon name="smile" />
          </button>
        )}
      </div>
      {open && <Acts line={line} />}
    </li>
  );
}

/** Why nobody, or not this viewer, may write; null where they may. */
function closedText(): string | null {
  if (isOver.value) return t("comments.over");
  const staff = (identity.value?.role ?? "viewer") !== "viewer";
  if (silenced.value) return t("error.muted");
  return show.value?.comments === "off" && !staff ? t("comments.off") : null;
}

function Composer() {
  const place = `comment.${show.value?.id ?? ""}`;
  const text = draftOf(place);
  const sending = useSignal(false);
  const problem = useSignal<string | null>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  const closed = closedText();
  const tooLong = lengthOf(text) > CHARACTERS_MAX;

  async function send(): Promise<void> {
    const written = asKept(text);
    if (!written || tooLong || sending.value || closed) return;
    sending.value = true;
    problem.value = null;
    try {
      await write(place, written);
      if (asKept(draftOf(place)) === written) keepDraft(place, "");
      followAgain();
    } catch (error) {
      problem.value = refusalText(error);
    }
    sending.value = false;
    field.current?.focus();
  }

  return (
    <form
      class="ask"
      data-testid="comment-form"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <label class="visually-hidden" for={`${id}-text`}>
        {t("comments.label")}
      </label>
      {!isOver.value && <Silenced />}
      <div class="ask-row">
        <textarea
          ref={field}
          id={`${id}-text`}
          class="input ask-text"
          rows={1}
          data-testid="comment-text"
          placeholder={closed ?? t("comments.placeholder")}
          disabled={closed !== null && !text}
          readOnly={closed !== null}
          value={text}
          aria-invalid={problem.value !== null || tooLong}
          aria-describedby={`${id}-note ${id}-left`}
          onInput={(event) => keepDraft(place, event.currentTarget.value)}
          onKeyDown={(event) => {
            if (!isEnter(event) || event.shiftKey) return;
            event.preventDefault();
            void send();
          }}
        />
        <Button
          type="submit"
          look="primary"
          size="icon"
          aria-label={t("comments.send")}
          data-testid="comment-send"
          disabled={closed !== null || !asKept(text) || tooLong || sending.value}
        >
          {sending.value ? <span class="spinner" /> : <Icon name="send" />}
        </Button>
      </div>
      <p class="hint ask-note">
        <span id={`${id}-note`} role="status" data-testid="comment-note">
          {problem.value ?? ""}
        </span>
        <RoomLeft id={`${id}-left`} text={text} most={CHARACTERS_MAX} />
      </p>
    </form>
  );
}

function Earlier() {
  if (!hasEarlier.value) return null;
  return (
    <button type="button" class="button comments-earlier" data-testid="comments-earlier" onClick={() => void loadEarlier()}>
      {t(earlierFailed.value ? "comments.again" : "comments.earlier")}
    </button>
  );
}

function Stream() {
  const drawn = lines.value;
  if (drawn.length === 0) {
    return (
      <div class="pane-scroll">
        <div class="empty" data-testid="comments-empty">
          <h2>{t(saidThen.value ? "comments.empty.then" : "comments.empty.title")}</h2>
          {!saidThen.value && <p>{t(isOver.value ? "comments.empty.over" : "comments.empty.text")}</p>}
        </div>
      </div>
    );
  }
  return (
    <FootList
      label={t("comments.title")}
      testid="comments"
      ids={drawn.map(({ id }) => id)}
      following={isFollowing.value}
      news={newCount.value > 0 ? t.count("comments.new", newCount.value) : ""}
      stop={stopFollowing}
      follow={followAgain}
      before={<Earlier />}
    >
      {drawn.map((line) => (
        <CommentRow key={line.id} line={line} />
      ))}
    </FootList>
  );
}

export function Comments() {
  const now = part.value;
  return (
    <div class="pane">
      <Stream />
      {now && (
        <p class="hint comments-part" data-testid="comments-part">
          {t("comments.part", { shown: count(now.shown), written: count(now.written) })}
        </p>
      )}
      <Composer />
    </div>
  );
}
