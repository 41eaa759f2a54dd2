// Pictures that the server keeps are there in three widths, under addresses that differ in the width alone (PROTOCOL.md, 2.6).
const OURS = /^(.*\/(?:picture|post)s\/[0-9a-f]{40})-640\.webp$/;
const WIDTHS = [320, 640, 1280];

export interface PictureSource {
  src: string;
  srcset?: string;
  sizes?: string;
}

/** What an `<img>` that is shown `size` CSS pixels wide loads; without a size, as wide as the window. Pure. */
export function pictureOf(address: string, size?: number): PictureSource {
  const start = OURS.exec(address)?.[1];
  if (start === undefined) return { src: address };
  const srcset = WIDTHS.map((width) => `${start}-${width}.webp ${width}w`).join(", ");
  return { src: address, srcset, sizes: size === undefined ? "100vw" : `${size}px` };
}
