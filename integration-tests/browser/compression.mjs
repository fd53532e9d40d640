// Reads compressed pages and streams in a real Chromium.
//
//   node compression.mjs ADDRESS EVENTS
//
// A stream sends its next event only when the page has said that it saw the last, so that one that is held back is waited for in vain.
import assert from "node:assert/strict";
import { launch } from "./chromium.mjs";

const [address, events] = [process.argv[2], Number(process.argv[3])];

const browser = await launch();

// What a script of the page fetches, and in which coding it came.
const fetched = (page, target) =>
  page.evaluate(async (target) => {
    const answer = await fetch(target);
    return [answer.headers.get("content-encoding"), await answer.text()];
  }, target);

const eventsOf = (page, name) =>
  page.evaluate(
    ([name, events]) =>
      new Promise((resolve) => {
        const seen = [];
        const source = new EventSource(`${name}/events`);
        source.onmessage = async ({ data }) => {
          seen.push(Number(data));
          if (seen.length < events) await fetch(`${name}/seen`, { method: "POST" });
          else {
            source.close();
            resolve(seen);
          }
        };
      }),
    [name, events],
  );

try {
  const page = await browser.newPage();
  await page.goto(`${address}/`);
  const [, plain] = await fetched(page, "/");
  for (const coding of ["zstd", "br", "gzip"]) {
    const [sent, text] = await fetched(page, `/${coding}/page`);
    assert.equal(sent, coding);
    assert.ok(text === plain, `${coding} gave another text`);
    const expected = Array.from({ length: events }, (_, n) => n + 1);
    assert.deepEqual(await eventsOf(page, `/${coding}`), expected, coding);
    // A page that is gone to, and not only fetched.
    await page.goto(`${address}/${coding}/page`);
    assert.equal(await page.title(), "Lines");
    await page.goto(`${address}/`);
  }
  for (const coding of ["dcz", "dcb"]) {
    // A first visit brings the page, and with it the dictionary for the next version, once the browser has put it away.
    const [first] = await fetched(page, `/${coding}/page/0`);
    assert.ok(["zstd", "br"].includes(first), `${first} at first`);
    let sent, text, version;
    for (version = 1; version <= 100 && sent !== coding; version++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      [sent, text] = await fetched(page, `/${coding}/page/${version}`);
      const [, whole] = await fetched(page, `/page/${version}`);
      assert.ok(text === whole, `${sent} gave another text`);
    }
    assert.equal(sent, coding, `${coding} is never used`);
    // And a visit.
    await page.goto(`${address}/${coding}/page/${version}`);
    assert.equal(await page.title(), "Lines");
    await page.goto(`${address}/`);
  }
} finally {
  await browser.close();
}
