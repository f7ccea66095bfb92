// Builds the style sheet, copies typeface, pictures and scripts into static/build, each under a name that carries a
// fingerprint of its content, and writes manifest.json (plain name → built name) for the application.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { compile } from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..");
const modules = join(root, "node_modules");
const out = join(root, "static", "build");
const manifest = {};

function keep(name, content) {
  const mark = createHash("sha256").update(content).digest("hex").slice(0, 10);
  const extension = extname(name);
  const built = `${basename(name, extension)}-${mark}${extension}`;
  writeFileSync(join(out, built), content);
  manifest[name] = built;
  return built;
}

mkdirSync(out, { recursive: true });

const fonts = join(modules, "@fontsource", "atkinson-hyperlegible", "files");
for (const name of readdirSync(fonts)) {
  if (/-latin-(400|700)-(normal|italic)\.woff2$/.test(name)) keep(name, readFileSync(join(fonts, name)));
}
for (const name of readdirSync(join(here, "images"))) keep(name, readFileSync(join(here, "images", name)));

const { css } = compile(join(here, "sass", "site.scss"), {
  loadPaths: [modules],
  style: "compressed",
  quietDeps: true,
});
keep("site.css", css.replace(/url\("?\.\/([^")]+)"?\)/g, (_, name) => `url(${manifest[name]})`));

keep(
  "govuk-frontend.js",
  readFileSync(join(modules, "govuk-frontend", "dist", "govuk", "govuk-frontend.min.js"), "utf8")
    .replace(/\/\/# sourceMappingURL=.*$/m, ""),
);

// A script that imports others is named after their content too.
function keepScript(name) {
  if (name in manifest) return manifest[name];
  const text = readFileSync(join(here, "js", name), "utf8");
  return keep(name, text.replace(/from "\.\/([\w-]+\.js)"/g, (_, other) => `from "./${keepScript(other)}"`));
}
for (const name of readdirSync(join(here, "js"))) keepScript(name);

writeFileSync(join(out, "manifest.json"), JSON.stringify(manifest, null, 2));
// What was built before goes last: a site that is being served is never without its style sheet meanwhile.
const current = new Set([...Object.values(manifest), "manifest.json"]);
for (const name of readdirSync(out)) if (!current.has(name)) rmSync(join(out, name));
console.log(`${Object.keys(manifest).length} files in static/build`);
