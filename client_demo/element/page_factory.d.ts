// What packing/element.mjs makes of element/page.tsx: all of its modules in a function, which is called once for each element.
declare module "virtual:page-factory" {
  export const openPage: import("./open_page").Open;
}
