import type { Area } from "../areas";

export const area: Area = { name: "query", rank: 70, routes: [{ path: "/analyst/query", page: () => import("./page") }] };
