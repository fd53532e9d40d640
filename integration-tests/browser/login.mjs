// Signs in to the login example in a real Chromium, stays signed in over a restart of the server, and signs out.
//
//   node login.mjs ADDRESS SCREENSHOTS
//
// It says `restart` when the server should be restarted, and goes on when it is told so by a line on its input.
import assert from "node:assert/strict";
import { createInterface } from "node:readline";
import { launch } from "./chromium.mjs";

const [address, screenshots] = process.argv.slice(2);
const input = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

const browser = await launch();
try {
  const context = await browser.newContext();
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  const shot = (name) => page.screenshot({ path: `${screenshots}/${name}.png`, fullPage: true });

  // Presses the button, and waits for the page that comes: the one that is there has been loaded, and says nothing of it.
  const press = (name) => Promise.all([page.waitForEvent("load"), page.getByRole("button", { name }).click()]);

  // A stranger is led to the form, and a wrong password says nothing about which part was wrong.
  await page.goto(`${address}/`);
  assert.match(page.url(), /\/login/);
  await shot("login");
  const signIn = async (password) => {
    await page.getByLabel(/name/i).fill("ada");
    await page.getByLabel(/password/i).fill(password);
    await press(/sign in/i);
  };
  await signIn("wrong");
  assert.match(await page.textContent("body"), /name or the password is wrong/);
  await shot("refused");

  // The right one greets by name. The stylesheet came and was allowed.
  complaints.length = 0;
  await signIn("plywood");
  assert.match(await page.textContent("body"), /Hello, ada/);
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).display), "grid");
  await shot("hello");
  const kept = await context.cookies();
  const session = kept.find((cookie) => cookie.httpOnly);
  assert.ok(session, "the session's cookie is not for scripts");
  assert.equal(session.sameSite, "Lax");

  // A page that is not there has a page of its own.
  await page.goto(`${address}/nothing-here`);
  await shot("not-found");
  complaints.length = 0;

  // The server goes away and comes back; ada is still signed in.
  console.log("restart");
  await input.next();
  await page.goto(`${address}/`);
  assert.match(await page.textContent("body"), /Hello, ada/);

  // She signs out, and the cookie that she had kept opens nothing.
  await press(/sign out/i);
  assert.doesNotMatch(await page.textContent("body"), /Hello, ada/);
  await shot("signed-out");
  await context.addCookies([session]);
  await page.goto(`${address}/`);
  assert.match(page.url(), /\/login/);
  assert.doesNotMatch(await page.textContent("body"), /Hello, ada/);

  assert.deepEqual(complaints, []);
  console.log("done");
} finally {
  await browser.close();
}
