// Looks at the developer's page in a real Chromium: it shows what it should, can be copied, is accessible, and runs nothing of what it shows.
//
//   node debug.mjs ADDRESS
//
// With SCREENSHOTS, pictures of it go to that folder; with PICTURES, the one that the README shows.
import assert from "node:assert/strict";
import { launch, violations } from "./chromium.mjs";

const address = process.argv[2];

const browser = await launch("--host-resolver-rules=MAP evil.example 127.0.0.1");

const evil = (where) => `</td></pre></script><script>alert('${where}')</script><img src=x onerror=alert('${where}')>"'`;

const look = async (path, { options = {}, name, headers = {}, cookies = [] }) => {
  const context = await browser.newContext({ permissions: ["clipboard-read", "clipboard-write"], ...options });
  await context.addCookies(cookies.map((cookie) => ({ ...cookie, url: address })));
  const page = await context.newPage();
  await page.setExtraHTTPHeaders(headers);
  const troubles = [];
  page.on("dialog", (dialog) => {
    troubles.push(`a dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on("console", (message) => {
    const isTheStatus = /Failed to load resource/.test(message.text()) && message.location().url.startsWith(address + path.split("?")[0]);
    if (message.type() === "error" && !isTheStatus) troubles.push(message.text());
  });
  page.on("pageerror", (error) => troubles.push(String(error)));
  page.on("request", (request) => {
    const isThePage = request.isNavigationRequest() || request.url().endsWith("/favicon.ico");
    if (!isThePage) troubles.push(`it loads ${request.url()}`);
  });
  const response = await page.goto(`${address}${path}`, { waitUntil: "load" });
  if (name && process.env.SCREENSHOTS) {
    await page.screenshot({ path: `${process.env.SCREENSHOTS}/debug-${name}.png`, fullPage: true });
  }
  return { page, response, troubles, context };
};

const looks = [
  ["light", { colorScheme: "light", viewport: { width: 1280, height: 900 } }],
  ["dark", { colorScheme: "dark", viewport: { width: 1280, height: 900 } }],
  ["narrow", { colorScheme: "light", viewport: { width: 380, height: 800 } }],
];
for (const [name, options] of looks) {
  const { page, response, troubles, context } = await look("/orders/7?page=2&token=hunter2", {
    options,
    name,
    headers: { "x-note": "a note" },
    cookies: [{ name: "theme", value: "hunter2" }],
  });
  assert.equal(response.status(), 500);
  assert.match(await page.title(), /^Panic: an order of nothing/);
  const text = await page.locator("body").innerText();
  for (const part of ["an order of nothing cannot be charged", "share", "the bank is slow", "charge{order=7 card_token=[redacted]}", "a note"]) {
    assert.ok(text.includes(part), `${name}: ${part}\n${text}`);
  }
  assert.ok(!(await page.content()).includes("hunter2"), "no secret");
  assert.match(await page.locator("mark").first().innerText(), /assert!\(/);
  assert.match(await page.locator("header a").getAttribute("href"), /^vscode:\/\/file\/.*browser\.rs:\d+:\d+$/);
  const width = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(width <= 0, `${name}: nothing is wider than the window`);
  assert.deepEqual(await violations(page), [], name);

  for (const [button, begins] of [
    ["Copy as curl", "curl --include --request GET"],
    ["Copy as Markdown", "# Panic: `an order of nothing"],
  ]) {
    // It says that it has copied for a moment only, so that somebody has to listen all the time.
    const listener = await page.getByRole("button", { name: button }).evaluateHandle((button) => {
      const said = [];
      const twice = new Promise((resolve) => {
        const hear = () => said.push(button.textContent) === 2 && resolve(said);
        new MutationObserver(hear).observe(button, { childList: true });
      });
      return { twice };
    });
    await page.getByRole("button", { name: button }).click();
    assert.deepEqual(await listener.evaluate(({ twice }) => twice), ["Copied", button]);
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    assert.ok(copied.startsWith(begins), copied);
  }
  assert.deepEqual(troubles, []);
  await context.close();
}

// An error that is returned.
{
  const { page, troubles, context } = await look("/error", { name: "error" });
  const text = await page.locator("body").innerText();
  assert.match(text, /No such file or directory/);
  assert.match(await page.locator("mark").first().innerText(), /HttpError::internal/);
  assert.deepEqual(await violations(page), [], "error");
  assert.deepEqual(troubles, []);
  await context.close();
}

// What is the client's fault has the visitor's page.
{
  const { page, response, context } = await look("/missing", {});
  assert.equal(response.status(), 404);
  assert.ok(!(await page.content()).includes("DebugLayer"));
  await context.close();
}

// Hostile text in every field.
{
  const { page, response, troubles, context } = await look(`/hostile?${encodeURIComponent(evil("query"))}=${evil("value").replaceAll(" ", "+")}`, {
    name: "hostile",
    headers: { "x-evil": evil("field"), "user-agent": evil("agent"), referer: `${address}/${encodeURIComponent(evil("referer"))}` },
    cookies: [{ name: "theme", value: encodeURIComponent(evil("cookie")) }],
  });
  assert.equal(response.status(), 500);
  assert.equal(await page.locator("script").count(), 1, "the page's own");
  assert.equal(await page.locator("img").count(), 0);
  const text = await page.locator("body").innerText();
  for (const part of ["alert('message')", "alert('field')", "alert('agent')", 'alert("source")', "\\u{202e}", "\\u{1b}"]) {
    assert.ok(text.includes(part), `${part}\n${text}`);
  }
  assert.deepEqual(await violations(page), [], "hostile");
  assert.deepEqual(troubles, []);
  await context.close();
}

// A page of another site reads nothing of it, though the program lets every origin read its answers.
{
  const context = await browser.newContext();
  const page = await context.newPage();
  const readBy = async (site) => {
    await page.goto(`${site}/`);
    const options = { headers: { accept: "application/json" } };
    const read = async ([url, options]) => (await fetch(url, options)).text();
    return page.evaluate(read, [`${address}/orders/7`, options]);
  };
  const { port } = new URL(address);
  for (const here of [address, `http://localhost:${port}`]) {
    assert.match(await readBy(here), /an order of nothing/, here);
  }
  const elsewhere = await readBy(`http://evil.example:${port}`);
  assert.match(elsewhere, /"title":"Internal Server Error"/);
  assert.doesNotMatch(elsewhere, /an order of nothing|browser\.rs/);
  await context.close();
}

// Without scripts the texts can be unfolded.
{
  const { page, context } = await look("/orders/7", { options: { javaScriptEnabled: false } });
  assert.equal(await page.getByRole("button").count(), 0);
  await page.getByText("As Markdown", { exact: true }).click();
  assert.ok(await page.locator("#markdown").isVisible());
  await context.close();
}

// What the README shows.
if (process.env.PICTURES) {
  const { page, context } = await look("/orders/7", { options: { colorScheme: "light", viewport: { width: 960, height: 760 } } });
  await page.screenshot({ path: `${process.env.PICTURES}/debug.png` });
  await context.close();
}

await browser.close();
