import type { Area } from "../areas";

export const area: Area = { name: "visits", rank: 24, routes: [{ path: "/analyst/visits", page: () => import("./page") }] };
