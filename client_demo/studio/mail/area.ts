import type { Area } from "../areas";

export const area: Area = {
  name: "mail",
  sign: "mail",
  rank: 5.5,
  roles: ["admin"],
  routes: [
    { path: "/studio/mail", page: () => import("./mail_page") },
    { path: "/studio/mail/sender", page: () => import("./sender_page") },
    { path: "/studio/mail/words/:language", page: () => import("./words_page") },
    { path: "/studio/mail/messages", page: () => import("./messages_page") },
    { path: "/studio/mail/stopped", page: () => import("./stopped_page") },
  ],
};
