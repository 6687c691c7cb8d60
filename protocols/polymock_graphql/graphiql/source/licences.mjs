// Writes the licences of every package that the bundle holds, from esbuild's list of its inputs.
import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";

const { outputs } = JSON.parse(readFileSync("inputs.json", "utf8"));
const folders = new Set();
for (const { inputs } of Object.values(outputs)) {
  for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
    const found = bytesInOutput && path.match(/.*node_modules\/(@[^/]+\/)?[^/]+/);
    if (found) folders.add(found[0]);
  }
}

const byText = new Map();
for (const folder of [...folders].sort()) {
  const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
  const file = readdirSync(folder).find((entry) => /^licen[sc]e/i.test(entry));
  const text = file ? readFileSync(`${folder}/${file}`, "utf8").trim() : `Licence: ${license}`;
  byText.set(text, [...(byText.get(text) ?? []), `${name} ${version} (${license})`]);
}
byText.set("Fonts in the stylesheet: Apache License 2.0.", ["Roboto"]);
byText.set("Fonts in the stylesheet: SIL Open Font License 1.1.", ["Fira Code"]);

const rule = "\n\n" + "-".repeat(80) + "\n\n";
const sections = [...byText].map(([text, names]) => `${names.join("\n")}\n\n${text}`);
writeFileSync("../assets/LICENCES.txt", sections.join(rule) + "\n");
rmSync("inputs.json");
