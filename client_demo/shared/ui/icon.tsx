const PATHS = {
  close: "M6 6l12 12M18 6L6 18",
  sound: "M4 10v4h4l5 4V6l-5 4zM16.5 9a4 4 0 010 6M19 6.5a8 8 0 010 11",
  mute: "M4 10v4h4l5 4V6l-5 4zM17 10l4 4M21 10l-4 4",
  pause: "M8.5 6v12M15.5 6v12",
  play: "M8 5.5v13l11-6.5z",
  chat: "M5 6h14v9h-8l-4 4v-4H5zM9 10.5v.01M12 10.5v.01M15 10.5v.01",
  question: "M5 5h14v11H11l-4 4v-4H5zM12 13v.01M10.5 8.5a1.6 1.6 0 113 1c-.5.8-1.5 1-1.5 1.8",
  bag: "M6 8h12l1 12H5zM9 8V7a3 3 0 016 0v1",
  receipt: "M6 3h12v18l-3-2-3 2-3-2-3 2zM9 8h6M9 12h6",
  heart: "M12 20s-7.5-4.6-7.5-10A4.2 4.2 0 0112 7.6 4.2 4.2 0 0119.5 10C19.5 15.4 12 20 12 20z",
  pin: "M9 4h6l-1 6 3 3H7l3-3zM12 13v7",
  up: "M12 19V6M6 12l6-6 6 6",
  check: "M5 13l4.5 4.5L19 7",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 9.5a2.5 2.5 0 100 5 2.5 2.5 0 000-5z",
  share: "M12 15V4M8 7.5L12 4l4 3.5M6 11H5v9h14v-9h-1",
  more: "M5 11.5v1M12 11.5v1M19 11.5v1",
  smile: "M12 3.5a8.5 8.5 0 100 17 8.5 8.5 0 000-17zM8.5 14c1.8 2.6 5.2 2.6 7 0M9 9.5v.5M15 9.5v.5",
  send: "M4 12l16-8-5 16-3.5-6.5z",
  megaphone: "M4 10v4l11 5V5zM15 9a3 3 0 010 6M7 15.5V20h3v-3",
  download: "M12 4v11M8 11.5l4 3.5 4-3.5M5 20h14",
  search: "M10.5 4a6.5 6.5 0 100 13 6.5 6.5 0 000-13zM15.5 15.5L20 20",
} as const;

export type IconName = keyof typeof PATHS;

/** A drawn sign without words of its own; the control around it carries the label. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
