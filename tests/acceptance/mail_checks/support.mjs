// Pages → by feature and mail program, what its support lacks: node support.mjs CLIENTS… -- FILES…, JSON on stdout.
import { readFileSync } from "node:fs";

import { caniemail } from "caniemail";

const given = process.argv.slice(2);
const clients = given.slice(0, given.indexOf("--"));
const found = {};
for (const file of given.slice(given.indexOf("--") + 1)) {
  const { issues } = caniemail({ clients, html: readFileSync(file, "utf8") });
  for (const [kind, word] of [["errors", "none"], ["warnings", "partial"]]) {
    for (const [client, features] of issues[kind]) {
      for (const { title } of features) {
        (found[title] ??= {})[client] = word;
      }
    }
  }
}
console.log(JSON.stringify(found));
