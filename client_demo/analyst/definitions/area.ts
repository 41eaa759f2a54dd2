import type { Area } from "../areas";

export const area: Area = {
  name: "definitions",
  rank: 90,
  routes: [{ path: "/analyst/definitions", page: () => import("./page") }],
};
