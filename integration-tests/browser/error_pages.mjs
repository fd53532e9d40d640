// Looks at the built-in error pages in a real Chromium: light and dark, wide and narrow, in several languages; and has axe look for what keeps
// people out.
//
//   node error_pages.mjs ADDRESS SCREENSHOTS
import assert from "node:assert/strict";
import { launch, violations } from "./chromium.mjs";

const [address, screenshots] = process.argv.slice(2);

const browser = await launch();

const pages = [
  ["not-found", "/nowhere", 404],
  ["broken", "/broken", 500],
  ["hostile", "/hostile/<script>alert(1)</script>?'\"><img src=x onerror=alert(2)>", 409],
];

try {
  for (const [colorScheme, width] of [
    ["light", 1024],
    ["dark", 1024],
    ["light", 320],
    ["dark", 320],
  ]) {
    for (const locale of ["en-GB", "de-CH", "ja-JP"]) {
      const context = await browser.newContext({
        colorScheme,
        locale,
        viewport: { width, height: 640 },
      });
      const page = await context.newPage();
      const complaints = [];
      page.on("dialog", (dialog) => {
        complaints.push(`a dialog: ${dialog.message()}`);
        return dialog.dismiss();
      });
      page.on("pageerror", (error) => complaints.push(String(error)));
      page.on("console", (message) => {
        // That the page itself is an error is no complaint of the page.
        if (/Content Security Policy|Refused/.test(message.text())) complaints.push(message.text());
      });
      for (const [name, path, status] of pages) {
        const answer = await page.goto(address + path);
        assert.equal(answer.status(), status);
        const language = locale.slice(0, 2);
        assert.equal(await page.evaluate(() => document.documentElement.lang), language);
        assert.equal(answer.headers()["content-language"], language);
        assert.equal(await page.locator("h1").count(), 1);
        assert.equal(await page.locator("script, img").count(), 0);

        // The style is admitted by its hash, and follows the visitor's choice.
        const look = await page.evaluate(() => {
          const style = getComputedStyle(document.body);
          return { display: style.display, ground: style.backgroundColor };
        });
        assert.equal(look.display, "grid");
        const bright = Number(look.ground.match(/\d+/)[0]) > 127;
        assert.equal(bright, colorScheme === "light", look.ground);
        // Nothing is to be scrolled sideways.
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(wide <= width, `${name} is ${wide} wide`);
        await page.screenshot({ path: `${screenshots}/${name}-${language}-${colorScheme}-${width}.png` });
        assert.deepEqual(complaints, [], name);

        assert.deepEqual(await violations(page), [], `${name} ${locale} ${colorScheme} ${width}`);
        complaints.length = 0;
      }
      await context.close();
    }
  }
  console.log("done");
} finally {
  await browser.close();
}
