import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { resolve } from "../server";
import { Icon } from "./icon";
import { pictureOf } from "./picture_address";

interface Wish {
  /** Empty where there is none. */
  src: string;
  class: string;
  /** Width and height in CSS pixels; without it the style says it. */
  size?: number;
  /** What it shows, where somebody said so; else the words beside it say it. */
  alt?: string | undefined;
}

/**
 * A picture, most of them beside words that say the same. One that is missing or cannot be had leaves a calm place of
 * the same size; it is tried again when the network is back.
 */
export function Picture({ src, class: look, size, alt = "" }: Wish) {
  const broken = useSignal(false);
  useEffect(() => {
    broken.value = false;
    const tryAgain = (): void => {
      broken.value = false;
    };
    window.addEventListener("online", tryAgain);
    return () => window.removeEventListener("online", tryAgain);
  }, [src]);
  if (!src || broken.value) {
    return (
      <span class={`${look} picture-missing`} data-testid="picture-missing">
        {size !== undefined && <Icon name="bag" />}
      </span>
    );
  }
  return (
    <img
      class={look}
      {...pictureOf(resolve(src), size)}
      alt={alt}
      {...(size !== undefined && { width: size, height: size, loading: "lazy" as const })}
      decoding="async"
      onError={() => {
        broken.value = true;
      }}
    />
  );
}
