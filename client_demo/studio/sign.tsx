// The signs of the studio's areas, drawn as `shared/ui/icon.tsx` draws its own. They stand here, because viewers do not need them.
const PATHS = {
  home: "M4 11l8-7 8 7M6 9.5V20h12V9.5",
  shows: "M4 6h16v12H4zM10 9v6l5-3z",
  products: "M6 8h12l1 12H5zM9 8V7a3 3 0 016 0v1",
  people:
    "M9 4.5a3.5 3.5 0 100 7 3.5 3.5 0 000-7zM3 19.5c0-3 2.7-5 6-5s6 2 6 5M16 5a3.2 3.2 0 010 6.2M17.5 14.8c2.1.6 3.5 2.3 3.5 4.7",
  embedding: "M8 8l-4 4 4 4M16 8l4 4-4 4M13.5 6l-3 12",
  keys: "M8 11a4 4 0 100 8 4 4 0 000-8zM11 12l8-8M16 7l3 3",
  vouchers: "M4 7h16v3.5a1.5 1.5 0 000 3V17H4v-3.5a1.5 1.5 0 000-3zM14 7v2M14 11v2M14 15v2",
  checkout: "M4 5h2l2 10h9l2-7H7M9 19v.01M16 19v.01",
  payments: "M3.5 6h17v12h-17zM3.5 10h17M7 14.5h4",
  webhooks: "M5 12h9M11 8l4 4-4 4M15 5h4v14h-4",
  mail: "M4 6h16v12H4zM4 7l8 6 8-6",
  settings: "M4 7h9M17 7h3M15 5v4M4 17h3M11 17h9M9 15v4M4 12h5M13 12h7M11 10v4",
  clock: "M12 4a8 8 0 100 16 8 8 0 000-16zM12 8v4.5l3 2",
  shield: "M12 3.5l7 2.5v5.5c0 4.5-3 7.5-7 9-4-1.5-7-4.5-7-9V6zM9 12l2.2 2.2L15.5 10",
  screening: "M4 6h16l-6 7v5l-4 2v-7z",
  menu: "M4 7h16M4 12h16M4 17h16",
  add: "M12 5v14M5 12h14",
  back: "M14 6l-6 6 6 6",
  done: "M5 13l4.5 4.5L19 7",
  upload: "M12 19V8M8 11.5L12 8l4 3.5M5 4h14",
  ask: "M4 5h16v11h-9l-4 4v-4H4zM8 9h8M8 12.5h5",
  archive: "M4 5h16v4H4zM6 9v10h12V9M10 13h4",
  grip: "M9 6v.01M9 12v.01M9 18v.01M15 6v.01M15 12v.01M15 18v.01",
  out: "M13 5h6v6M19 5l-9 9M10 6H5v13h13v-5",
} as const;

export type SignName = keyof typeof PATHS;

/** A drawn sign without words of its own; the control around it carries the label. */
export function Sign({ name }: { name: SignName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
