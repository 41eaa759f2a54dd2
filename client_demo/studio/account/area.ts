import type { Area } from "../areas";

export const area: Area = {
  name: "account",
  sign: "people",
  rank: null,
  roles: ["moderator", "host", "analyst", "admin"],
  routes: [{ path: "/studio/account", page: () => import("./account_page") }],
};
