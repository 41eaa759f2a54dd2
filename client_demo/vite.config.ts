import { copyFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { defineConfig } from "vitest/config";
import { checkedTexts, earlyTexts, textModules } from "./packing/texts.mjs";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

// `npm run dev` draws the pages from source and takes everything live from a server that runs already.
const server = process.env["SHOWFLOOR_SERVER"] ?? "http://127.0.0.1:8000";

/** In development the server's addresses lead to the three entries, as they do in production. */
const pageOf = (path: string): string | undefined => {
  if (path === "/" || path.startsWith("/shows/")) return "/index.html";
  if (path === "/host" || path.startsWith("/host/")) return path.startsWith("/host/main") ? undefined : "/host.html";
  if (path === "/receipt" || path === "/receipt/") return "/receipt.html";
  if (/^\/analyst(\/[^.]*)?$/.test(path)) return "/analyst.html";
  if (/^\/studio(\/[^.]*)?$/.test(path)) return "/studio.html";
  if (/^\/docs(\/live)?\/?$/.test(path)) return "/docs.html";
  return undefined;
};

/** Writes each script, style and drawing compressed beside itself: the server only picks what the browser can read. */
function compressAssets(folder: string): void {
  for (const name of readdirSync(folder).filter((each) => /\.(js|css|svg)$/.test(each))) {
    const bytes = readFileSync(`${folder}/${name}`);
    writeFileSync(`${folder}/${name}.gz`, gzipSync(bytes, { level: 9 }));
    // The last few percent of a big file take seconds, and no viewer loads it.
    const quality = bytes.length > 512 * 1024 ? 6 : constants.BROTLI_MAX_QUALITY;
    writeFileSync(`${folder}/${name}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } }));
  }
}

export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "dist",
    assetsDir: "assets",
    emptyOutDir: true,
    // The content security policy has no `data:` for fonts or scripts, and a small file costs little over HTTP/2.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Swagger UI is one big file, which only the API page loads.
    chunkSizeWarningLimit: 2048,
    rolldownOptions: {
      // Compressing is the slow part of so small a build, and is meant.
      checks: { pluginTimings: false },
      // What a viewer's page needs at once comes in two pieces, its own and what all pages share: cut up for the sake of what comes late,
      // it would compress worse.
      output: {
        codeSplitting: {
          includeDependenciesRecursively: false,
          groups: [
            {
              name: "page",
              test: /\/viewer\/(?!main|video\/(player|ways|native_way|hls_way|recovery)|more_shows|late_covers|poster)/,
              tags: ["$initial"],
            },
            {
              name: "common",
              test: /preload-helper|\/@?preact\/|\/sdk\/|\/shared\/(?!staff|pages|ui\/(dialog|switches)|sold_as)/,
              tags: ["$initial"],
            },
          ],
        },
      },
      input: {
        viewer: here("index.html"),
        host: here("host.html"),
        analyst: here("analyst.html"),
        studio: here("studio.html"),
        docs: here("docs.html"),
        error: here("error.html"),
        receipt: here("receipt.html"),
      },
    },
  },
  plugins: [
    textModules(),
    checkedTexts(),
    earlyTexts(),
    {
      name: "showfloor-pages",
      writeBundle({ dir }) {
        if (!dir) return;
        compressAssets(`${dir}/assets`);
        // What the server writes into pages itself: cards and errors.
        for (const language of ["en", "ja"])
          copyFileSync(here(`shared/locales/served.${language}.json`), `${dir}/served.${language}.json`);
      },
      configureServer(vite) {
        vite.middlewares.use((request, _response, next) => {
          const [path = "", query] = (request.url ?? "").split("?");
          const page = pageOf(path);
          if (page) request.url = query ? `${page}?${query}` : page;
          next();
        });
      },
    },
  ],
  server: { proxy: { "/v1": { target: server, ws: true }, "/media": server, "/openapi.json": server, "/asyncapi.json": server } },
  test: { include: ["tests/**/*.test.ts"], environment: "node" },
});
