import type { Area } from "../areas";

export const area: Area = {
  name: "settings",
  sign: "settings",
  rank: 7,
  roles: ["admin"],
  routes: [{ path: "/studio/settings", page: () => import("./settings_page") }],
};
