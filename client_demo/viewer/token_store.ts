// Where the guest's token waits between two page loads: in this tab alone; on the device when the person ticked "remember me"; and on the
// device until tomorrow when they confirm a purchase, since without the token nobody finds the order, or what became of it, once the tab is
// gone (docs/decisions). What one channel knows of a viewer is nothing to another one: the first on a device has the place, others one each.

import { byId, place } from "../shared/place";

const FIRST = `${place.kept}showfloor.guest`;
/** As long as the token of a guest who is not remembered. */
const ORDER_KEPT_MS = 24 * 3_600_000;

interface Kept {
  channel?: string | undefined;
  token: string;
  name: string;
  /** Only on the device. Without it the record is kept for the sake of an order. */
  remembered?: boolean;
  /** To which words the person agreed; only on the device. */
  wording?: string | undefined;
  /** Until when it is kept for the sake of an order, in ms of the epoch; only on the device. */
  until?: number;
}

function read(storage: () => Storage, key: string): Kept | null {
  try {
    return JSON.parse(storage().getItem(key) ?? "null") as Kept | null;
  } catch {
    return null; // storage is off, or holds what is not ours
  }
}

function write(storage: () => Storage, next: Kept | null): void {
  try {
    if (next) storage().setItem(KEY, JSON.stringify(next));
    else storage().removeItem(KEY);
  } catch {
    // Storage is off: the guest lasts as long as the page.
  }
}

const device = (): Storage => localStorage;
const tab = (): Storage => sessionStorage;
/** What is kept of the first channel, and the channel of the page's show where the server has said so. */
const first = read(tab, FIRST) ?? read(device, FIRST);
const channel = byId("page")?.querySelector<HTMLElement>("[data-channel]")?.dataset["channel"] ?? first?.channel;
const KEY = (first?.channel ?? channel) === channel ? FIRST : `${FIRST}.${channel}`;

function readDevice(): Kept | null {
  const found = read(device, KEY);
  if (!found) return null;
  // Records of before had neither mark: they were there because the person had agreed.
  const remembered = found.remembered ?? found.until === undefined;
  if (!remembered && (found.until ?? 0) < Date.now()) {
    write(device, null);
    return null;
  }
  return { ...found, remembered };
}

const onDevice = readDevice();
let remembered = onDevice?.remembered === true;
let wording = onDevice?.wording;
let kept = remembered ? onDevice : (read(tab, KEY) ?? onDevice);
/** When this page's own token is on the device for the sake of an order, until when. */
let until = onDevice && kept?.token === onDevice.token ? (onDevice.until ?? 0) : 0;

function store(forgetDevice: boolean): void {
  const { token = "", name = "" } = kept ?? {};
  const forOrder = token !== "" && until > Date.now() && { until };
  if (remembered || forOrder) write(device, { channel, token, name, remembered, wording, ...forOrder });
  // What another guest of this device left there for the sake of an order is not ours to remove.
  else if (forgetDevice) write(device, null);
  write(tab, remembered ? null : { channel, token, name });
}

export const tokenStore = {
  get token(): string | null {
    return kept?.token || null;
  },
  get name(): string {
    return kept?.name ?? "";
  },
  get remembered(): boolean {
    return remembered;
  },
  get wording(): string | undefined {
    return wording;
  },
  keep(change: { token?: string | null; name?: string; remembered?: boolean; wording?: string }): void {
    const wasOnDevice = remembered || until > 0;
    remembered = change.remembered ?? remembered;
    wording = change.wording ?? wording;
    const token = change.token === undefined ? kept?.token : change.token;
    kept = { token: token ?? "", name: change.name ?? kept?.name ?? "" };
    store(wasOnDevice);
  },
  /** A purchase is about to be sent: whatever becomes of this tab, the device can ask for it until tomorrow. */
  keepForOrder(): void {
    until = Date.now() + ORDER_KEPT_MS;
    store(true);
  },
};
