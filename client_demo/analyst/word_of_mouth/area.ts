import type { Area } from "../areas";

export const area: Area = {
  name: "word_of_mouth",
  rank: 26,
  routes: [{ path: "/analyst/word-of-mouth", page: () => import("./page") }],
};
