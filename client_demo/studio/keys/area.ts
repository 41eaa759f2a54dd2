import type { Area } from "../areas";

export const area: Area = {
  name: "keys",
  sign: "keys",
  rank: 5,
  roles: ["admin"],
  routes: [
    { path: "/studio/keys", page: () => import("./keys_page") },
    { path: "/studio/keys/new", page: () => import("./new_key_page") },
    { path: "/studio/keys/staff", page: () => import("./provider_page") },
    { path: "/studio/keys/customers", page: () => import("./customers_page") },
  ],
};
