import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

export default defineConfig({
  base: "./", // relative, so that the app works below any path of a proxy
  plugins: [react()],
  build: { outDir: "../src/backtrail/serve/static", emptyOutDir: true },
  server: { proxy: { "/api": "http://127.0.0.1:4600" } },
  test: { environment: "node" }, // tests of components ask for happy-dom themselves
});
