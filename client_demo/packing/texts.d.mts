import type { Plugin } from "vite";

export function textModules(): Plugin;
export function checkedTexts(): Plugin;
export function earlyTexts(): Plugin;
