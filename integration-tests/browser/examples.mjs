// Goes through the pages of the examples in a real Chromium, as a visitor does: light and dark, wide and narrow. axe finds on none what keeps people
// out, and nothing is to be scrolled sideways.
//
//   node examples.mjs SCREENSHOTS LOGIN BLOG FILES AXUM
//
// The last four are addresses. With PICTURES, the picture of the login example that the README shows goes to that folder.
import assert from "node:assert/strict";
import { launch, violations } from "./chromium.mjs";

const [screenshots, login, blog, files, axum] = process.argv.slice(2);
const browser = await launch();

// One pixel, as PNG.
const picture = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPj/HwADBwIAMCbHYQAAAABJRU5ErkJggg==", "base64");

const story = `Plywood is made of thin sheets. The grain of each runs across that of its neighbours, and so the whole is strong in both directions.

A long word, such as a number of an order, is no reason to scroll: ${"0123456789".repeat(12)}`;

// A visitor with a browser that looks like this.
const visit = async (look, colorScheme, width) => {
  const context = await browser.newContext({ colorScheme, viewport: { width, height: 720 } });
  const page = await context.newPage();
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    // That the page itself is an error is no complaint of the page, and the icon is what the browser asks for by itself.
    const { url } = message.location();
    const isTheStatus = /Failed to load resource/.test(message.text()) && (url === page.url() || url.endsWith("/favicon.ico"));
    if (message.type() === "error" && !isTheStatus) complaints.push(`${message.text()} at ${url}`);
  });
  const nobodyIsKeptOut = async (name) => {
    await page.screenshot({ path: `${screenshots}/${name}-${look}.png`, fullPage: true });
    const whole = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(whole <= width, `${name} ${look} is ${whole} wide`);
    assert.deepEqual(await violations(page), [], `${name} ${look}`);
    assert.deepEqual(complaints, [], `${name} ${look}`);
  };
  // Goes there, and looks around.
  const at = async (name, address, status = 200) => {
    const answer = await page.goto(address);
    assert.equal(answer.status(), status, `${name}: ${address}`);
    await nobodyIsKeptOut(name);
  };
  // Presses the button, and looks around at what comes.
  const press = async (name, button) => {
    await Promise.all([page.waitForEvent("load"), page.getByRole("button", { name: button }).first().click()]);
    await nobodyIsKeptOut(name);
  };
  const signIn = async (name, who, password) => {
    await page.getByLabel(/name/i).fill(who);
    await page.getByLabel(/password/i).fill(password);
    await press(name, /sign in/i);
  };
  const shows = async (text) => assert.match(await page.locator("body").innerText(), text);
  return { context, page, at, press, signIn, shows };
};

const looksAtLogin = async ({ at, signIn, press, shows }) => {
  await at("login-form", `${login}/`);
  await signIn("login-refused", "ada", "wrong");
  await shows(/wrong/);
  await signIn("login-hello", "ada", "plywood");
  await shows(/Hello, ada/);
  await at("login-not-found", `${login}/nothing-here`, 404);
  await at("login-hello-again", `${login}/`);
  await press("login-signed-out", /sign out/i);
};

const looksAtTheBlog = async ({ page, at, press, signIn, shows }) => {
  await at("blog-front", `${blog}/`);
  await at("blog-not-found", `${blog}/posts/999`, 404);
  await at("blog-sign-in", `${blog}/author`);
  await signIn("blog-refused", "ada", "wrong");

  // Bob may sign in, and no more.
  await page.getByLabel(/name/i).fill("bob");
  await page.getByLabel(/password/i).fill("plywood");
  await Promise.all([page.waitForEvent("load"), page.getByRole("button", { name: /sign in/i }).click()]);
  await at("blog-forbidden", `${blog}/author`, 403);
  await at("blog-front-known", `${blog}/`);
  await press("blog-signed-out", /sign out/i);

  await at("blog-sign-in-again", `${blog}/author`);
  await signIn("blog-desk", "ada", "plywood");
  await page.getByLabel("Title").fill("  ");
  await page.getByLabel("Text").fill("A text without a title.");
  await press("blog-desk-error", "Publish");
  await shows(/A post has a title and a text/);

  await page.getByLabel("Title").fill("Sheets & <layers>");
  await page.getByLabel("Text").fill(story);
  await page.getByLabel("Picture").setInputFiles({ name: "a picture.png", mimeType: "image/png", buffer: picture });
  await press("blog-published", "Publish");
  await shows(/It is published/);
  const post = page.url();
  assert.match(post, /\/posts\/\d+$/);
  assert.ok(await page.locator("img").evaluate((image) => image.naturalWidth === 1), "the picture came");
  await at("blog-post", post);
  await at("blog-list", `${blog}/`);
  const [first] = await page.locator("article").allInnerTexts();
  assert.ok(/thin sheets/.test(first) && !/A long word/.test(first), `the list shows the first paragraph alone: ${first}`);

  await at("blog-desk-full", `${blog}/author`);
  await page.getByLabel("Title").fill("No picture");
  await page.getByLabel("Text").fill("What lies beside it is a text.");
  await page.getByLabel("Picture").setInputFiles({ name: "a text.png", mimeType: "image/png", buffer: Buffer.from("no picture") });
  await press("blog-published-without", "Publish");
  await shows(/without what is no picture/);
  await at("blog-desk-to-remove", `${blog}/author`);
  await press("blog-removed", /Remove “No picture”/);
  await shows(/is gone/);
};

const looksAtTheFiles = async ({ at }) => {
  await at("files-front", `${files}/`);
  await at("files-listing", `${files}/files/`);
  await at("files-listing-sorted", `${files}/files/?sort=-size`);
  await at("files-folder", `${files}/files/trips/`);
  await at("files-watch", `${files}/watch/trips/a%20long%20way.webm`);
  await at("files-not-found", `${files}/save/none`, 404);
};

const looksAtAxum = async ({ at, signIn, shows }) => {
  await at("axum-sign-in", `${axum}/`);
  await signIn("axum-refused", "ada", "wrong");
  await signIn("axum-hello", "ada", "plywood");
  await shows(/Hello, ada/);
  await at("axum-not-found", `${axum}/nothing-here`, 404);
};

// What the README shows.
const pictureForTheReadme = async (folder) => {
  const context = await browser.newContext({ colorScheme: "light", viewport: { width: 480, height: 560 } });
  const page = await context.newPage();
  await page.goto(`${login}/`);
  await page.getByLabel(/name/i).fill("ada");
  await page.getByLabel(/password/i).fill("plywood");
  await page.screenshot({ path: `${folder}/login.png`, caret: "hide" });
  await context.close();
};

try {
  for (const [colorScheme, width] of [
    ["light", 1280],
    ["dark", 1280],
    ["light", 320],
    ["dark", 320],
  ]) {
    for (const looksAt of [looksAtLogin, looksAtTheBlog, looksAtTheFiles, looksAtAxum]) {
      const visitor = await visit(`${colorScheme}-${width}`, colorScheme, width);
      await looksAt(visitor);
      await visitor.context.close();
    }
  }
  if (process.env.PICTURES) await pictureForTheReadme(process.env.PICTURES);
} finally {
  await browser.close();
}
