// Where the guest's token waits between two page loads: in this tab alone, or on the device when the person ticked "remember me".

const KEY = "showfloor.guest";

interface Kept {
  token: string;
  name: string;
}

function read(storage: () => Storage): Kept | null {
  try {
    return JSON.parse(storage().getItem(KEY) ?? "null") as Kept | null;
  } catch {
    return null; // storage is off, or holds what is not ours
  }
}

const device = (): Storage => localStorage;
const tab = (): Storage => sessionStorage;

let kept = read(device) ?? read(tab);
let remembered = read(device) !== null;

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
  keep(change: { token?: string | null; name?: string; remembered?: boolean }): void {
    remembered = change.remembered ?? remembered;
    const token = change.token === undefined ? kept?.token : change.token;
    kept = { token: token ?? "", name: change.name ?? kept?.name ?? "" };
    try {
      (remembered ? localStorage : sessionStorage).setItem(KEY, JSON.stringify(kept));
      (remembered ? sessionStorage : localStorage).removeItem(KEY);
    } catch {
      // Storage is off: the guest lasts as long as the page.
    }
  },
};
