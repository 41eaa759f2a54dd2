// What this device is called for a day, by chance: so that who is banned and comes back as another guest is recognised (docs/privacy.md).
import { newKey } from "../sdk/key";
import { place } from "../shared/place";

const KEY = `${place.kept}showfloor.device`;
const KEPT_MS = 24 * 3_600_000;

/** Returns it, another one than yesterday's; none where nothing can be kept. */
export function deviceId(): { device?: string } {
  try {
    const [kept = "", until] = (localStorage.getItem(KEY) ?? "").split(" ");
    if (Number(until) > Date.now()) return { device: kept };
    const device = newKey().slice(2);
    localStorage.setItem(KEY, `${device} ${Date.now() + KEPT_MS}`);
    return { device };
  } catch {
    return {};
  }
}
