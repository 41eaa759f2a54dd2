import type { Area } from "../areas";

export const area: Area = { name: "retention", rank: 30, routes: [{ path: "/analyst/retention", page: () => import("./page") }] };
