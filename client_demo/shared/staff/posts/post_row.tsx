import type { ComponentChildren } from "preact";
import type { StaffPost } from "../../../sdk/wire";
import { nameOf } from "../../people";
import { Button } from "../../ui/button";
import { PrivatePicture } from "../../ui/private_picture";
import { session } from "../session";
import { type Move, REASONS, type Reason } from "./moves";
import "./post_row.css";
import { t } from "./text";

interface Row {
  post: StaffPost;
  /** What the product is called. */
  product: string;
  at: string;
  act: (to: Move, reason?: Reason) => void;
  /** What else can be done with it, before and behind the moves. */
  children?: ComponentChildren;
  last?: ComponentChildren;
}

/** Nobody of the staff has it wait: viewers have reported it. */
const heldByReports = ({ state, moderated_by: by }: StaffPost): boolean => state === "held" && by === "";

/** A viewer's own post as staff see it, with what they may do. */
export function PostRow({ post, product, at, act, children, last }: Row) {
  const who = post.author ? nameOf(post) : t("nobody");
  const said = [
    t(`state.${post.state}`),
    who,
    product,
    at,
    post.reason && t(`reason.${post.reason}`),
    post.moderated_by && t("by", { who: post.moderated_by }),
  ];
  return (
    <article class="staff-post" data-testid="post" data-post={post.id} data-state={post.state}>
      {post.picture && (
        <PrivatePicture
          from={`/posts/${post.id}/picture`}
          token={session.value?.token}
          class="staff-post-picture"
          label={t("picture", { who })}
        />
      )}
      <div class="staff-post-words">
        {post.text && (
          <p class="staff-post-text" dir="auto" data-testid="post-text">
            {post.text}
          </p>
        )}
        <p class="hint">{said.filter(Boolean).join(" · ")}</p>
        {heldByReports(post) && (
          <p class="hint" data-testid="post-why">
            {t("held.reports")}
          </p>
        )}
        {(post.held_for ?? []).map(({ by, what }) => (
          <p key={`${by} ${what}`} class="hint" data-testid="post-why">
            {[t(`held.${by}`), what].filter(Boolean).join(" ")}
          </p>
        ))}
      </div>
      <div class="staff-post-acts">
        {children}
        {post.state !== "approved" && (
          <Button size="small" look="primary" data-testid="post-approve" onClick={() => act("approve")}>
            {t("approve")}
          </Button>
        )}
        {post.state === "held" && <Why label={t("reject")} testid="post-reject" chosen={(reason) => act("reject", reason)} />}
        {post.state === "approved" && <Why label={t("remove")} testid="post-remove" chosen={(reason) => act("remove", reason)} />}
        {post.state !== "held" && (
          <Button size="small" look="quiet" data-testid="post-restore" onClick={() => act("restore")}>
            {t("restore")}
          </Button>
        )}
        {last}
      </div>
    </article>
  );
}

function Why({ label, testid, chosen }: { label: string; testid: string; chosen: (reason: Reason) => void }) {
  return (
    <select
      class="input staff-post-why"
      aria-label={label}
      data-testid={testid}
      value=""
      onChange={({ currentTarget }) => {
        const reason = REASONS.find((each) => each === currentTarget.value);
        if (reason) chosen(reason);
      }}
    >
      <option value="">{label}</option>
      {REASONS.map((each) => (
        <option key={each} value={each}>
          {t(`reason.${each}`)}
        </option>
      ))}
    </select>
  );
}
