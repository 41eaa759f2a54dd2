import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { StaffPost } from "../../sdk/wire";
import type { PageProps } from "../../shared/pages/routes";
import { type Move, move, type Reason } from "../../shared/staff/posts/moves";
import { PostRow } from "../../shared/staff/posts/post_row";
import { t as staff } from "../../shared/staff/posts/text";
import { Button } from "../../shared/ui/button";
import { read, tellFailure } from "../api";
import { theChannel } from "../channel";
import { ListPage } from "../list_page";
import { stay } from "../router";
import { momentIn } from "../time";
import "./posts.css";
import { t } from "./text";

const PATH = "/studio/posts";
const STATES = ["held", "approved", "rejected", "removed"] as const;

/** What became of a post on this page: it keeps its place, so that it can be taken back there. */
const moved = signal<ReadonlyMap<string, StaffPost>>(new Map());
const titles = signal<ReadonlyMap<string, string>>(new Map());

async function act(post: StaffPost, to: Move, reason?: Reason): Promise<void> {
  try {
    moved.value = new Map([...moved.peek(), [post.id, await move(post, to, reason)]]);
  } catch (error) {
    tellFailure(error);
  }
}

async function loadTitle(product: string): Promise<void> {
  if (titles.peek().has(product)) return;
  titles.value = new Map([...titles.peek(), [product, ""]]);
  const found = await read<{ title: string }>(`/products/${product}`).catch(() => null);
  if (found) titles.value = new Map([...titles.peek(), [product, found.value.title]]);
}

/** What viewers show of products: to be approved, and to be taken down. `?product=`: of one. */
export default function PostsPage({ query }: PageProps) {
  const state = STATES.find((each) => each === query.get("state")) ?? "held";
  const product = query.get("product") ?? "";
  const of = product ? `&product=${encodeURIComponent(product)}` : "";
  return (
    <ListPage<StaffPost>
      testid="posts"
      title={t("title")}
      lead={t("lead")}
      path={`/posts?state=${state}${of}`}
      things="posts"
      keyOf={({ id }) => id}
      filtered={state !== "held" || product !== ""}
      filters={STATES.map((each) => (
        <Button
          key={each}
          aria-pressed={each === state}
          data-testid={`posts-${each}`}
          onClick={() => stay(PATH, { state: each, ...(product && { product }) })}
        >
          {staff(`state.${each}`)}
        </Button>
      ))}
      empty={{ title: t("empty.title"), text: t("empty.text") }}
      row={(post) => <Row post={moved.value.get(post.id) ?? post} />}
    />
  );
}

function Row({ post }: { post: StaffPost }) {
  useEffect(() => void loadTitle(post.product), [post.product]);
  return (
    <PostRow
      post={post}
      product={titles.value.get(post.product) ?? ""}
      at={momentIn(post.at, theChannel().time_zone)}
      act={(to, reason) => void act(post, to, reason)}
    />
  );
}
