// Builds the page (one script and one style sheet, inlined by the Python side) and the widget (one module).
// The same input gives the same bytes; `node build.mjs --check` fails if what is committed differs.

import { build } from "esbuild";
import { readFileSync, writeFileSync, mkdirSync, existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "..", "src", "whygrad", "_web");
const FONTS = [
  "Main-Bold", "Main-Italic", "Main-Regular", "Math-Italic",
  "Size1-Regular", "Size2-Regular", "Size3-Regular", "Size4-Regular",
];

/** KaTeX's style sheet with the fonts that our formulas use, as data within it. */
function katexCss() {
  const folder = join(here, "node_modules", "katex", "dist");
  const css = readFileSync(join(folder, "katex.min.css"), "utf8");
  return css.replace(/@font-face\{[^}]*\}/g, (face) => {
    const name = FONTS.find((font) => face.includes(`KaTeX_${font}.woff2`));
    if (!name) return "";
    const data = readFileSync(join(folder, "fonts", `KaTeX_${name}.woff2`)).toString("base64");
    return face.replace(/src:[^;}]*/, `src:url(data:font/woff2;base64,${data}) format("woff2")`);
  });
}

/** The terms of the libraries within, which go along with every page; all of them have the same licence. */
function notice() {
  const packages = ["katex", "preact", "@preact/signals", "@preact/signals-core"].map((name) => {
    const folder = join(here, "node_modules", name);
    const { license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    if (license !== "MIT") throw new Error(`${name} is under ${license}: its terms must be added`);
    const text = readFileSync(join(folder, "LICENSE"), "utf8");
    return { name, holder: text.match(/Copyright.*/)[0], terms: text.slice(text.indexOf("Permission is")) };
  });
  const holders = packages.map(({ name, holder }) => `${name}: ${holder}`).join("\n");
  return `/*! Contains these libraries under the MIT License, and fonts of KaTeX under the SIL Open Font License 1.1.\n`
    + `${holders}\n\n${packages[0].terms.trim()}\n*/`;
}

const styles = {
  name: "styles",
  setup(plugins) {
    plugins.onLoad({ filter: /style\.css$/ }, ({ path }) => ({
      contents: `${katexCss()}\n${readFileSync(path, "utf8")}`,
      loader: plugins.initialOptions.format === "esm" ? "text" : "css",
    }));
  },
};

const common = {
  bundle: true, minify: true, write: false, target: "es2022", charset: "utf8", legalComments: "none",
  jsx: "automatic", jsxImportSource: "preact", plugins: [styles], absWorkingDir: here, logLevel: "warning",
  banner: { js: notice() },
};
const [page, widget] = await Promise.all([
  build({ ...common, entryPoints: ["src/page.ts"], format: "iife", outdir: "out" }),
  build({ ...common, entryPoints: ["src/widget.ts"], format: "esm", outdir: "out" }),
]);
const ended = (text) => (text.endsWith("\n") ? text : `${text}\n`);
const files = {
  "page.js": page.outputFiles.find((file) => file.path.endsWith(".js")).text,
  "page.css": page.outputFiles.find((file) => file.path.endsWith(".css")).text,
  "widget.js": widget.outputFiles[0].text,
};

mkdirSync(out, { recursive: true });
let differs = false;
for (const [name, text] of Object.entries(files)) {
  const path = join(out, name);
  const before = existsSync(path) ? readFileSync(path, "utf8") : "";
  if (process.argv.includes("--check")) {
    if (before !== ended(text)) {
      console.error(`${name} is not what its source gives: run \`npm run build\` in web/ and commit it`);
      differs = true;
    }
  } else writeFileSync(path, ended(text));
  console.log(`${name} ${(text.length / 1000).toFixed(0)} kB`);
}
process.exit(differs ? 1 : 0);
