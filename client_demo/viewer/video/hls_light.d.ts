// The light build carries no types of its own; what is used of it is the same as in the whole.
declare module "hls.js/light" {
  export * from "hls.js";
  export { default } from "hls.js";
}
