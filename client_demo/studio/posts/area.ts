import type { Area } from "../areas";

export const area: Area = {
  name: "posts",
  sign: "products",
  rank: 3.55,
  roles: ["moderator", "host", "admin"],
  routes: [{ path: "/studio/posts", page: () => import("./posts_page") }],
};
