// Goes through the built book in a real Chromium: its search, by the keyboard alone; and every chapter, light and wide, dark and narrow. axe finds on none
// what keeps people out, and nothing is to be scrolled sideways.
//
//   mdbook build book && node integration-tests/browser/book.mjs book/html
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { launch, violations } from "./chromium.mjs";

const book = resolve(process.argv[2]);
const chapters = readdirSync(book, { recursive: true })
  .filter((file) => file.endsWith(".html") && !["404.html", "print.html", "toc.html"].includes(file))
  .sort();
assert.ok(chapters.length > 60, `${chapters.length} chapters`);
const address = (chapter) => pathToFileURL(join(book, chapter)).href;

const browser = await launch();

const searches = async (words, chapter) => {
  const page = await browser.newPage();
  await page.goto(address("index.html"));
  await page.keyboard.press("/");
  // The index is fetched when the search is opened, and typing waits for it as a visitor does: until there are results.
  await page.locator("#mdbook-searchbar:focus").waitFor();
  await page.keyboard.type(words);
  await page.locator("#mdbook-searchresults a").first().waitFor();
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.pathname.endsWith(`/${chapter}`));
  assert.match(await page.locator("main").innerText(), new RegExp(words, "i"));
  await page.close();
};

await searches("htpasswd", "recipes/a_password_file.html");
await searches("systemd", "recipes/started_by_systemd.html");

// The table of contents is closed and opened by the keyboard.
const contents = async () => {
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
  await page.goto(address("index.html"));
  const sidebar = page.locator("#mdbook-sidebar");
  await sidebar.waitFor();
  const toggle = page.getByRole("button", { name: "Toggle Table of Contents" });
  await toggle.focus();
  assert.equal(await toggle.getAttribute("aria-expanded"), "true");
  await page.keyboard.press("Enter");
  await sidebar.waitFor({ state: "hidden" });
  assert.equal(await toggle.getAttribute("aria-expanded"), "false");
  await page.keyboard.press("Enter");
  await sidebar.waitFor();
  await page.close();
};
await contents();

for (const [colorScheme, width] of [["light", 1280], ["dark", 400]]) {
  const context = await browser.newContext({ colorScheme, viewport: { width, height: 720 }, reducedMotion: "reduce" });
  const page = await context.newPage();
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  for (const chapter of chapters) {
    await page.goto(address(chapter));
    const whole = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(whole <= width, `${chapter} is ${whole} wide of ${width}`);
    assert.deepEqual(await violations(page), [], `${chapter}, ${colorScheme}`);
    assert.deepEqual(complaints, [], chapter);
  }
  await context.close();
}
await browser.close();
console.log(`${chapters.length} chapters`);
