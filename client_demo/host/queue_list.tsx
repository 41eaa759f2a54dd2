import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { count, timeOfDay } from "../shared/format";
import { ofInputMethod } from "../shared/input_method";
import { nameOf, StaffBadge } from "../shared/people";
import { Button } from "../shared/ui/button";
import { Icon } from "../shared/ui/icon";
import { claimant } from "./claims";
import {
  choose,
  chooseSorting,
  chooseTab,
  counts,
  fetchOlder,
  hasDraft,
  letInNow,
  more,
  rows,
  seenAt,
  selected,
  snapshot,
  sorting,
  tab,
  waiting,
} from "./desk";
import { finding, isSifting } from "./filter";
import { Key } from "./key_hint";
import { LateFind, LatePicked } from "./late";
import { picked, picking, pickTo, togglePick } from "./picking";
import { type Row, TABS, type Tab } from "./queue";
import { sayMoved } from "./refusals";
import { dealt, stageOf } from "./stages";
import { deskPane } from "./surface";
import { shared, t } from "./text";

/** Height of a row in CSS pixels; rows are equally high, so that a long list can be drawn in part. */
const ROW_HEIGHT = 76;
const WINDOWED_FROM = 200;
const BEYOND = 8;

/** The queue: four tabs, what waits outside, and the rows that were let in. */
export function QueueList() {
  return (
    <section class="queue" aria-label={t("queue.title")} data-testid="queue">
      <Tabs />
      <div class="queue-bar">
        <NewOnes />
        {tab.value === "open" && <SortingChoice />}
        <FindButton />
      </div>
      {finding.value ? <LateFind /> : <span />}
      <Rows key={tab.value} />
      <LatePicked />
    </section>
  );
}

function Tabs() {
  function onKeyDown(event: KeyboardEvent): void {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by || ofInputMethod(event)) return;
    event.preventDefault();
    const next = TABS[(TABS.indexOf(tab.value) + by + TABS.length) % TABS.length] ?? "open";
    chooseTab(next);
    document.getElementById(`tab-${next}`)?.focus();
  }
  return (
    <div class="tabs queue-tabs" role="tablist" aria-label={t("queue.title")} onKeyDown={onKeyDown}>
      {TABS.map((each, i) => (
        <button
          type="button"
          key={each}
          id={`tab-${each}`}
          class="tab"
          role="tab"
          aria-selected={tab.value === each}
          aria-controls="queue-rows"
          tabIndex={tab.value === each ? 0 : -1}
          title={t("tab.key", { n: i + 1 })}
          data-testid={`tab-${each}`}
          onClick={() => chooseTab(each)}
        >
          {t(`tab.${each}`)}
          <span
            class={each === "pending" && counts.value.pending ? "tab-count tab-count-warn" : "tab-count"}
            data-testid={`count-${each}`}
          >
            {count(counts.value[each])}
          </span>
        </button>
      ))}
    </div>
  );
}

/** How many came since the last look. Its place is always kept, so that the rows below never move. */
function NewOnes() {
  const n = waiting.value;
  return (
    <span class="queue-new" aria-live="polite">
      {n > 0 && (
        <Button look="primary" size="small" onClick={letInNow} data-testid="let-in">
          {t.count("new", n)}
          <Key of="N" />
        </Button>
      )}
    </span>
  );
}

function FindButton() {
  return (
    <Button
      look="quiet"
      size="small"
      aria-expanded={finding.value}
      aria-pressed={isSifting.value}
      data-testid="find-open"
      onClick={() => {
        finding.value = !finding.peek();
      }}
    >
      {t("find")}
      <Key of="/" />
    </Button>
  );
}

function SortingChoice() {
  return (
    <fieldset class="segmented" aria-label={t("sort.label")}>
      {(["votes", "oldest"] as const).map((each) => (
        <button
          type="button"
          key={each}
          aria-pressed={sorting.value === each}
          data-testid={`sort-${each}`}
          onClick={() => chooseSorting(each)}
        >
          {t(`sort.${each}`)}
        </button>
      ))}
    </fieldset>
  );
}

function Rows() {
  const box = useRef<HTMLDivElement>(null);
  const top = useSignal(0);
  const all = rows.value;
  const windowed = all.length > WINDOWED_FROM;
  const seen = Math.ceil((box.current?.clientHeight ?? 800) / ROW_HEIGHT);
  const first = windowed ? Math.max(0, Math.floor(top.value / ROW_HEIGHT) - BEYOND) : 0;
  const last = windowed ? Math.min(all.length, first + seen + 2 * BEYOND) : all.length;
  const at = useComputed(() => rows.value.findIndex((row) => row.question.id === selected.value));

  const firstLook = useRef(true);
  const of = tab.value;

  // Back in this tab: what was on top is on top again, whatever came meanwhile.
  useLayoutEffect(() => {
    const { id, beyond } = seenAt.get(of) ?? { id: "", beyond: 0 };
    const there = rows.peek().findIndex((row) => row.question.id === id);
    if (box.current && there >= 0) box.current.scrollTop = there * ROW_HEIGHT + beyond;
    else firstLook.current = false;
  }, []);

  useEffect(() => {
    const place = box.current;
    if (firstLook.current) {
      firstLook.current = false;
      return;
    }
    if (!place || at.value < 0) return;
    const from = at.value * ROW_HEIGHT;
    if (from < place.scrollTop) place.scrollTop = from;
    else if (from + ROW_HEIGHT > place.scrollTop + place.clientHeight) place.scrollTop = from + ROW_HEIGHT - place.clientHeight;
  }, [at.value]);

  return (
    <div
      class="queue-rows"
      id="queue-rows"
      role="tabpanel"
      aria-labelledby={`tab-${tab.value}`}
      ref={box}
      onScroll={() => {
        const scrolled = box.current?.scrollTop ?? 0;
        top.value = scrolled;
        const onTop = Math.floor(scrolled / ROW_HEIGHT);
        const id = rows.peek()[onTop]?.question.id;
        if (id) seenAt.set(of, { id, beyond: scrolled - onTop * ROW_HEIGHT });
      }}
    >
      {all.length === 0 && <Empty of={tab.value} />}
      <ul
        style={{ paddingTop: `${first * ROW_HEIGHT}px`, paddingBottom: `${(all.length - last) * ROW_HEIGHT}px` }}
        data-testid="rows"
      >
        {all.slice(first, last).map((row) => (
          <Line key={row.question.id} row={row} />
        ))}
      </ul>
      <Older />
    </div>
  );
}

function Line({ row: { question, standing } }: { row: Row }) {
  const chosen = selected.value === question.id;
  const pinned = snapshot.value?.pinned_question === question.id;
  const forHost = dealt.value.length > 0 ? stageOf(question.id)?.name : undefined;
  const answering = claimant(question);
  const isPicked = picked.value.has(question.id);
  function press(event: MouseEvent): void {
    if (event.shiftKey) pickTo(question.id);
    else if (event.ctrlKey || event.metaKey || picking.value) togglePick(question.id);
    else {
      choose(question.id);
      deskPane.value = "question";
    }
  }
  return (
    <li class="line" data-testid="question" data-question={question.id} data-standing={standing} data-picked={isPicked}>
      <button type="button" class="line-button" aria-current={chosen ? "true" : undefined} onClick={press}>
        <span class="line-text">{question.text}</span>
        <span class="line-meta">
          {standing === "moved" ? (
            <span class="line-moved">{sayMoved(question)}</span>
          ) : (
            <>
              {isPicked && (
                <span class="badge badge-accent">
                  <Icon name="check" />
                  <span class="visually-hidden">{t("picked.mark")}</span>
                </span>
              )}
              {pinned && <Icon name="pin" />}
              {question.state === "answering" && <span class="badge badge-live">{shared("state.live")}</span>}
              {hasDraft(question.id) && <span class="badge">{t("draft")}</span>}
              {answering ? (
                <span class="line-moved" data-testid="line-answering">
                  {t("answering", { who: answering })}
                </span>
              ) : (
                <>
                  <StaffBadge role={question.role} />
                  <span class="line-name">{nameOf(question)}</span>
                  <span class="line-time">{` · ${timeOfDay(question.asked_at)}`}</span>
                  {forHost && <span class="badge">{t("for_host", { who: forHost })}</span>}
                  {question.labels?.map((label) => (
                    <span key={label} class="badge">
                      {label}
                    </span>
                  ))}
                </>
              )}
            </>
          )}
        </span>
        <span class="line-votes" title={t.count("votes", question.votes)}>
          <Icon name="up" />
          {count(question.votes)}
          {question.votes_apart ? (
            <span class="line-apart" title={t.count("votes_apart", question.votes_apart)}>
              <span aria-hidden="true">{`+${count(question.votes_apart)}`}</span>
              <span class="visually-hidden">{t.count("votes_apart", question.votes_apart)}</span>
            </span>
          ) : null}
        </span>
      </button>
    </li>
  );
}

function Empty({ of }: { of: Tab }) {
  return (
    <div class="empty" data-testid="queue-empty">
      <h2>{t(`empty.${of}.title`)}</h2>
      <p>{emptyText(of)}</p>
    </div>
  );
}

function emptyText(of: Tab): string {
  const show = snapshot.value?.show;
  if (isSifting.value) return t("find.none");
  if (of === "pending" && show?.moderation === "post") return t("empty.pending.post");
  if (of === "open" && show?.state === "ended") return t("empty.open.ended");
  return t(`empty.${of}.text`);
}

function Older() {
  const busy = useSignal(false);
  const next = more.value[tab.value];
  if (next === null) return null;
  return (
    <Button
      class="queue-older"
      disabled={busy.value}
      data-testid="older"
      onClick={() => {
        busy.value = true;
        void fetchOlder().finally(() => {
          busy.value = false;
        });
      }}
    >
      {busy.value ? shared("loading") : t("older")}
    </Button>
  );
}
