// What packing/texts.mjs makes of shared/locales: the texts of a page, or of a part of it, in one language.
declare module "virtual:texts/*" {
  const table: import("./i18n").Table;
  export default table;
}
