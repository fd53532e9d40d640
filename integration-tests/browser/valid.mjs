// Reads pages, one JSON object a line, and prints what the HTML Standard has against them, by html-validate: elements where they may not stand,
// attributes that are none, names that are given twice.
//
//   In:  {"name": string, "text": string}
//   Out: a line for each fault.
import { createInterface } from "node:readline";
import { HtmlValidate, StaticConfigLoader } from "html-validate";

const validator = new HtmlValidate(new StaticConfigLoader({ root: true, extends: ["html-validate:standard"] }));
for await (const line of createInterface({ input: process.stdin })) {
  const { name, text } = JSON.parse(line);
  const report = validator.validateStringSync(text);
  for (const { line, column, ruleId, message } of report.results.flatMap(({ messages }) => messages)) {
    console.log(`${name} ${line}:${column} ${ruleId}: ${message}`);
  }
}
