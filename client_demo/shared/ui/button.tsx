import type { ComponentChildren, JSX } from "preact";

type ButtonProps = Omit<JSX.IntrinsicElements["button"], "size"> & {
  look?: "plain" | "primary" | "danger" | "quiet";
  size?: "normal" | "small" | "large" | "icon";
  children?: ComponentChildren;
};

/** A button of the one visual language; everything else about it is a plain `<button>`. */
export function Button({ look = "plain", size = "normal", class: more, ...rest }: ButtonProps) {
  const names = ["button", look === "plain" ? "" : `button-${look}`, size === "normal" ? "" : `button-${size}`, more ?? ""];
  return <button type="button" {...rest} class={names.filter(Boolean).join(" ")} />;
}
