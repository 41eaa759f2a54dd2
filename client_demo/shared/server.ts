import { request as requestAt } from "../sdk/http";
import { place } from "./place";

/** Asks the HTTP half of the page's server for JSON under `/v1`; see the SDK's `request`. */
export function request<T>(path: string, options: Parameters<typeof requestAt>[1] = {}): Promise<T> {
  return requestAt(path, { ...options, url: place.server });
}

/** Returns the address of what the server names, which may be from its own root. */
export function resolve(address: string): string {
  return place.server && address.startsWith("/") && !address.startsWith("//") ? place.server + address : address;
}
