import type { Area } from "../areas";

export const area: Area = { name: "exports", rank: 80, routes: [{ path: "/analyst/exports", page: () => import("./page") }] };
