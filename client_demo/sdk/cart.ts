import { keepAttribution } from "./attribution";
import { RefusedError } from "./refused";
import type { Room } from "./room";

/** The way to the shop's own cart. */
export interface Cart {
  /** Where the product is bought. */
  url: string;
  /** What your backend reports with the order. */
  attribution: string;
  /** For how long a page may keep the attribution id. */
  hours: number;
}

/** Asks where a product is bought, in a channel whose own shop takes the orders. Throws `RefusedError`: `conflict` in other channels. */
export function askForCart(room: Pick<Room, "view" | "server">, product: string, quantity: number): Promise<Cart> {
  const show = room.view.state?.snapshot.show.id;
  if (!show) return Promise.reject(new RefusedError("join_first", "There is no cart before the show is joined."));
  return room.server.request<Cart>(`/shows/${encodeURIComponent(show)}/cart`, { body: { product, quantity } });
}

/** `askForCart`, and keeps the attribution id on this page's origin, where the tag on the shop's thank-you page finds it. */
export async function toCart(room: Pick<Room, "view" | "server">, product: string, quantity = 1): Promise<Cart> {
  const cart = await askForCart(room, product, quantity);
  keepAttribution(cart.attribution, cart.hours);
  return cart;
}
