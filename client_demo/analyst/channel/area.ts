import type { Area } from "../areas";

export const area: Area = { name: "channel", rank: 10, routes: [{ path: "/analyst", page: () => import("./page") }] };
