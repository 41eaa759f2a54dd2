import type { Area } from "../areas";

export const area: Area = {
  name: "embedding",
  sign: "embedding",
  rank: 4,
  roles: ["admin"],
  routes: [{ path: "/studio/embedding", page: () => import("./embedding_page") }],
};
