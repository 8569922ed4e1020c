/** Builds the page of one trace as a single file, which `backtrail export` fills with its data. */

import { createHash } from "node:crypto";

import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

const PAGE = "trace.html";

/** Puts programs and styles into the page, and lets it load and run nothing else. */
function whole(): Plugin {
  return {
    name: "whole",
    enforce: "post",
    generateBundle: {
      order: "post", // Vite itself still works on the programs before
      handler(_options, bundle) {
        const page = bundle[PAGE];
        if (page?.type !== "asset") throw new Error(`there is no ${PAGE}`);
        let scripts = "";
        let styles = "";
        for (const [name, part] of Object.entries(bundle)) {
          if (part === page) continue;
          if (part.type === "chunk") scripts += part.code;
          else styles += String(part.source);
          delete bundle[name];
        }
        // Either would end the element before its end.
        const program = scripts.replaceAll("</script", "<\\/script").replaceAll("<!--", "\\x3C!--");
        if (program.includes("__VITE_")) throw new Error("Vite left a mark in the program");
        const hash = createHash("sha256").update(program).digest("base64");
        const policy = `default-src 'none'; script-src 'sha256-${hash}'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'`;
        const bare = String(page.source)
          .replaceAll(/\s*<script type="module"[^>]*><\/script>/g, "")
          .replaceAll(/\s*<link rel="(?:stylesheet|modulepreload)"[^>]*>/g, "");
        page.source = bare
          .replace("<head>", () => `<head>\n    <meta http-equiv="Content-Security-Policy" content="${policy}" />`)
          .replace("</head>", () => `  <style>${styles.replaceAll("</style", "<\\/style")}</style>\n  </head>`)
          .replace("</body>", () => `  <script type="module">${program}</script>\n  </body>`);
      },
    },
  };
}

export default defineConfig({
  base: "./",
  plugins: [react(), whole()],
  build: {
    outDir: "../src/backtrail/serve/static",
    emptyOutDir: false,
    cssCodeSplit: false,
    modulePreload: false,
    assetsInlineLimit: Number.MAX_SAFE_INTEGER,
    rollupOptions: { input: PAGE, output: { codeSplitting: false } },
  },
});
