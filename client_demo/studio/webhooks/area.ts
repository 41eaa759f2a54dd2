import type { Area } from "../areas";

export const area: Area = {
  name: "webhooks",
  sign: "webhooks",
  rank: 6,
  roles: ["admin"],
  routes: [
    { path: "/studio/webhooks", page: () => import("./webhooks_page") },
    { path: "/studio/webhooks/new", page: () => import("./new_webhook_page") },
    { path: "/studio/webhooks/:id", page: () => import("./webhook_page") },
  ],
};
