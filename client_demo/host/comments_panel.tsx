import { useEffect } from "preact/hooks";
import type { Comment, CommentsFor } from "../sdk/wire";
import { FootList } from "../shared/comments/foot";
import { count, timeOfDay } from "../shared/format";
import { ofInputMethod } from "../shared/input_method";
import { nameOf, StaffBadge } from "../shared/people";
import { Button } from "../shared/ui/button";
import {
  approveComment,
  askComment,
  comments,
  followAgain,
  followComments,
  heldCount,
  isFollowing,
  leftOut,
  mayDo,
  newCount,
  removeComment,
  restoreComment,
  selectedComment,
  setting,
  stepComment,
  stopFollowing,
  switchComments,
} from "./comments";
import "./comments.css";
import { t } from "./comments_text";
import { isWriting } from "./deafness";
import { isPartner } from "./desk";
import { Fold } from "./fold";
import { Key } from "./key_hint";
import { keysOn } from "./keys";
import { sanctioning } from "./surface";
import { t as host, languageOf } from "./text";

const SETTINGS: readonly CommentsFor[] = ["on", "known", "off"];

/** Does what a key means for the chosen comment; returns whether it meant anything. */
function actOn(key: string): boolean {
  if (key === "arrowup" || key === "arrowdown") {
    stepComment(key === "arrowup" ? -1 : 1);
    return true;
  }
  const comment = comments.peek().find(({ id }) => id === selectedComment.peek());
  if (!comment) return false;
  const may = mayDo(comment);
  if (key === "q" && may.ask) askComment(comment);
  else if (key === "d" && may.remove) removeComment(comment, "other");
  else if (key === "a" && may.approve) approveComment(comment);
  else if (key === "b" && !comment.role) sanction(comment);
  else if (key === "r" && may.undo) restoreComment(comment);
  else return false;
  return true;
}

function sanction(comment: Comment): void {
  sanctioning.value = { whom: { comment: comment.id }, who: nameOf(comment), text: comment.text };
}

function hearKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || ofInputMethod(event) || isWriting(event.target)) return;
  if (!keysOn.value && !event.key.startsWith("Arrow")) return;
  if (actOn(event.key.toLowerCase())) event.preventDefault();
}

function noteOf(comment: Comment): string | null {
  if (comment.state === "held") return t("comments.held");
  if (comment.state === "removed") {
    const reason = host.maybe(`reason.${comment.reason ?? "other"}`) ?? host("reason.other");
    return t("comments.removed", { who: comment.moderated_by || host("somebody"), reason });
  }
  if (comment.state === "withdrawn") return t("comments.withdrawn");
  if (comment.shadow) return t("comments.shadow");
  if (comment.question) return t("comments.asked");
  return comment.shown === undefined ? t("comments.left_out") : null;
}

function Acts({ comment }: { comment: Comment }) {
  const may = mayDo(comment);
  return (
    <div class="comment-acts">
      {may.ask && (
        <Button look="primary" size="small" data-testid="comment-to-question" onClick={() => askComment(comment)}>
          {t("comments.to_question")}
          <Key of="Q" />
        </Button>
      )}
      {may.approve && (
        <Button size="small" data-testid="comment-approve" onClick={() => approveComment(comment)}>
          {host("approve")}
          <Key of="A" />
        </Button>
      )}
      {may.remove &&
        (["other", "rude", "spam"] as const).map((reason) => (
          <Button
            key={reason}
            look="danger"
            size="small"
            data-testid={`comment-remove-${reason}`}
            onClick={() => removeComment(comment, reason)}
          >
            {reason === "other" ? t("comments.remove") : host(`reason.${reason}`)}
            {reason === "other" && <Key of="D" />}
          </Button>
        ))}
      {!comment.role && (
        <Button look="quiet" size="small" aria-haspopup="dialog" data-testid="comment-sanction" onClick={() => sanction(comment)}>
          {host("sanction")}
          <Key of="B" />
        </Button>
      )}
      {may.undo && (
        <Button size="small" data-testid="comment-restore" onClick={() => restoreComment(comment)}>
          {t("comments.restore")}
          <Key of="R" />
        </Button>
      )}
    </div>
  );
}

function Row({ comment }: { comment: Comment }) {
  const chosen = selectedComment.value === comment.id;
  const note = noteOf(comment);
  return (
    <li class="host-comment" data-testid="host-comment" data-comment={comment.id} data-state={comment.state}>
      <button
        type="button"
        class="host-comment-line"
        aria-expanded={chosen}
        onClick={() => {
          stopFollowing();
          selectedComment.value = chosen ? null : comment.id;
        }}
      >
        <span class="host-comment-who">
          <strong>{nameOf(comment)}</strong> <StaffBadge role={comment.role} />
          <time dateTime={comment.at}>{timeOfDay(comment.at)}</time>
        </span>
        <span dir="auto" lang={languageOf(comment.text)}>
          {comment.text}
        </span>
        {note && <span class="hint">{note}</span>}
      </button>
      {chosen && <Acts comment={comment} />}
    </li>
  );
}

function Switch() {
  return (
    <fieldset class="segmented" disabled={isPartner.value} aria-label={t("comments.setting")}>
      {SETTINGS.map((each) => (
        <button
          type="button"
          key={each}
          aria-pressed={setting.value === each}
          data-testid={`comments-${each}`}
          onClick={() => switchComments(each)}
        >
          {t(`comments.setting.${each}`)}
        </button>
      ))}
    </fieldset>
  );
}

/** The light stream beside the questions: what was said, what may be done with it, and who may say anything. */
export function CommentsPanel() {
  useEffect(followComments, []);
  const drawn = comments.value;
  return (
    <Fold
      title={heldCount.value > 0 ? t.count("comments.title.held", heldCount.value) : t("comments.title")}
      testid="comments-panel"
      class="host-comments"
    >
      <Switch />
      {leftOut.value > 0 && (
        <p class="hint" data-testid="comments-left-out">
          {t.count("comments.left_out_of", leftOut.value, { n: count(leftOut.value) })}
        </p>
      )}
      {drawn.length === 0 ? (
        <p class="hint">{t("comments.none")}</p>
      ) : (
        // biome-ignore lint/a11y/noStaticElementInteractions: keys of the rows within.
        <div class="host-comments-list" onKeyDown={hearKey}>
          <FootList
            label={t("comments.title")}
            testid="host-comments"
            ids={drawn.map(({ id }) => id)}
            following={isFollowing.value}
            news={newCount.value > 0 ? t.count("comments.new", newCount.value) : ""}
            stop={stopFollowing}
            follow={followAgain}
          >
            {drawn.map((comment) => (
              <Row key={comment.id} comment={comment} />
            ))}
          </FootList>
        </div>
      )}
    </Fold>
  );
}
