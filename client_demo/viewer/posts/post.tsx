import type { Post } from "../../sdk";
import { nameOf } from "../../shared/people";
import { resolve } from "../../shared/server";
import { pictureOf } from "../../shared/ui/picture_address";
import { ReportButton } from "../safety/report";
import { t } from "./text";

/** Who a post is from, in words. */
export function whose(post: Post): string {
  return post.author ? nameOf(post) : t("nobody");
}

/** The way to report it. */
export function Report({ post }: { post: Post }) {
  return <ReportButton kind="post" item={post.id} text={post.text || t("picture.of", { who: whose(post) })} />;
}

/** Its picture, in a place of its own shape, so that nothing moves when it comes. `size`: how wide it is shown at most, in CSS pixels. */
export function PostPicture({ post, size }: { post: Post; size: number }) {
  const { picture, width = 1, height = 1 } = post;
  if (!picture) return null;
  return (
    <img
      class="post-picture"
      {...pictureOf(resolve(picture), size)}
      width={width ?? 1}
      height={height ?? 1}
      alt={t("picture.of", { who: whose(post) })}
      loading="lazy"
      decoding="async"
    />
  );
}
