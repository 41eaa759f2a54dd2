import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { Button } from "../shared/ui/button";
import { ListState } from "./list_state";
import { Empty, Failure, Loading, PageFrame } from "./page";
import { here, stay } from "./router";
import { t } from "./text";

const TYPING_MS = 250;

export interface Emptiness {
  title: string;
  text: string;
  /** The first step, as a link or a button. */
  action?: ComponentChildren;
}

interface ListProps<T> {
  /** Of the page; its rows are `row`, or what `row` says. */
  testid: string;
  title: string;
  lead?: ComponentChildren;
  /** The path under /v1, with a query of its own if need be. Search and pages are added. */
  path: string;
  /** The list's name in the answer, such as `products`. */
  things: string;
  keyOf: (item: T) => string;
  /** What stands in the row of one thing, within its `<li>`. `list` puts what has become of it back. */
  row: (item: T, list: ListState<T>) => ComponentChildren;
  /** Of the box to search; left out, there is none. */
  search?: string;
  /** Beside the box to search: chips or selects that change `path`. */
  filters?: ComponentChildren;
  /** Whether `path` leaves something out, so that an empty list teaches nothing. */
  filtered?: boolean;
  actions?: ComponentChildren;
  /** Said where there is nothing at all. */
  empty: Emptiness;
  /** Between head and list. */
  children?: ComponentChildren;
}

/** A page with a list: search, pages one by one, and every state: reading, nothing yet, nothing found, not to be had. */
export function ListPage<T>(props: ListProps<T>) {
  const { testid, title, lead, path, things, keyOf, search, filters, actions, children } = props;
  const list = useMemo(() => new ListState<T>(things, keyOf), [things]);
  const q = here.value.query.get("q") ?? "";
  const asked = q ? `${path}${path.includes("?") ? "&" : "?"}q=${encodeURIComponent(q)}` : path;
  useEffect(() => void list.open(asked), [list, asked]);
  return (
    <PageFrame testid={testid} title={title} lead={lead} actions={actions}>
      {(search || filters) && (
        <search class="list-filters">
          {search && <SearchBox label={search} q={q} />}
          {filters}
        </search>
      )}
      {children}
      <Found {...props} list={list} q={q} />
    </PageFrame>
  );
}

function Found<T>({ list, q, keyOf, row, empty, filtered }: ListProps<T> & { list: ListState<T>; q: string }) {
  const found = list.found.value;
  const failure = list.failure.value;
  return (
    <>
      {failure && <Failure code={failure} again={() => void list.again()} />}
      {!found && !failure && <Loading />}
      {found?.items.length === 0 &&
        (q || filtered ? (
          <Empty testid="list-none" title={t("list.none.title")} text={t("list.none.text")} />
        ) : (
          <Empty testid="list-empty" {...empty} />
        ))}
      {found && found.items.length > 0 && (
        <ul class="rows" aria-busy={list.busy.value} data-testid="rows">
          {found.items.map((item) => (
            <li key={keyOf(item)} class="row card" data-testid="row" data-id={keyOf(item)}>
              {row(item, list)}
            </li>
          ))}
        </ul>
      )}
      {found?.next && (
        <Button class="list-more" data-testid="list-more" disabled={list.busy.value} onClick={() => void list.more()}>
          {t("list.more")}
        </Button>
      )}
    </>
  );
}

/** What is searched for stands in the address, so that Back brings it back. */
function SearchBox({ label, q }: { label: string; q: string }) {
  const timer = useRef(0);
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (box.current && document.activeElement !== box.current) box.current.value = q;
  }, [q]);
  return (
    <input
      ref={box}
      class="input"
      type="search"
      data-testid="list-search"
      maxLength={120}
      aria-label={label}
      placeholder={label}
      defaultValue={q}
      onInput={(event) => {
        const next = event.currentTarget.value.trim();
        clearTimeout(timer.current);
        timer.current = window.setTimeout(() => search(next), TYPING_MS);
      }}
    />
  );
}

function search(q: string): void {
  const { q: _, lang: __, ...rest } = Object.fromEntries(here.peek().query);
  stay(here.peek().path, { ...rest, ...(q && { q }) });
}
