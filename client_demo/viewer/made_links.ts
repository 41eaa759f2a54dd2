// Which share links this device has made: who comes back by one of them has brought nobody. A few codes, of no use to anybody else.
import { place } from "../shared/place";

const KEY = `${place.kept}showfloor.shared`;
const LINKS_MAX = 20;

function read(): string[] {
  try {
    return (localStorage.getItem(KEY) ?? "").split(" ");
  } catch {
    return []; // storage is off: the server goes by who they are alone
  }
}

export const madeHere = (share: string): boolean => read().includes(share);

export function rememberMade(share: string): void {
  try {
    localStorage.setItem(KEY, [share, ...read()].slice(0, LINKS_MAX).join(" "));
  } catch {
    // As above.
  }
}
