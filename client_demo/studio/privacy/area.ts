import type { Area } from "../areas";

export const area: Area = {
  name: "privacy",
  sign: "shield",
  rank: 6.7,
  roles: ["admin"],
  routes: [{ path: "/studio/privacy", page: () => import("./privacy_page") }],
};
