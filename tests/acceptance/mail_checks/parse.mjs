// Messages → what postal-mime reads in each: node parse.mjs FILES…, a line of JSON for each on stdout.
import { readFileSync } from "node:fs";

import PostalMime from "postal-mime";

for (const file of process.argv.slice(2)) {
  const mail = await PostalMime.parse(readFileSync(file));
  console.log(
    JSON.stringify({
      headers: mail.headers.map(({ originalKey, value }) => [originalKey, value]),
      subject: mail.subject,
      from: mail.from,
      to: mail.to,
      attachments: mail.attachments.length,
      text: mail.text ?? "",
      html: mail.html ?? "",
    }),
  );
}
