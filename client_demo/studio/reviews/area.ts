import type { Area } from "../areas";

export const area: Area = {
  name: "reviews",
  sign: "products",
  rank: 3.5,
  roles: ["moderator", "host", "admin"],
  routes: [{ path: "/studio/reviews", page: () => import("./reviews_page") }],
};
