// Answers the dialog of Basic in a real Chromium, and signs in by the form of a site that takes Basic from programs too.
//
//   node ways_in.mjs DIALOG BOTH
//
// DIALOG is the address of a site that takes a password alone, BOTH of one with a form beside it.
import assert from "node:assert/strict";
import { launch } from "./chromium.mjs";

const [dialog, both] = process.argv.slice(2);

const browser = await launch();

// A person who answers the browser's dialog with this password, or closes it.
const person = async (password) => {
  const httpCredentials = password && { username: "ada", password };
  return (await browser.newContext({ httpCredentials })).newPage();
};

// What a page shows, as soon as it has stopped going elsewhere.
const shown = async (page) => {
  for (;;) {
    try {
      return await page.content();
    } catch (error) {
      if (!/navigating/.test(String(error))) throw error;
      await page.waitForTimeout(50);
    }
  }
};

try {
  // The dialog is answered once, and what the page asks for afterwards comes in by the same password.
  const ada = await person("plywood");
  const answer = await ada.goto(`${dialog}/report`);
  assert.equal(answer.status(), 200);
  assert.match(await ada.textContent("body"), /hello ada by Basic/);
  const fetched = await ada.evaluate(async () => (await fetch("/more")).text());
  assert.match(fetched, /hello ada by Basic/);

  // A wrong password, and none, see nothing.
  for (const password of ["wrong", undefined]) {
    const eve = await person(password);
    const refused = await eve.goto(`${dialog}/report`).catch((error) => error);
    if (refused instanceof Error) {
      // Without a page to show, Chromium gives up instead.
      assert.match(String(refused), /ERR_INVALID_AUTH_CREDENTIALS|ERR_HTTP_RESPONSE_CODE_FAILURE/);
    } else {
      assert.equal(refused.status(), 401);
    }
    assert.doesNotMatch(await shown(eve), /hello/);
  }

  // Beside a form there is no dialog: the page leads to the form, and back.
  const visitor = await person();
  await visitor.goto(`${both}/inbox?page=2`);
  assert.equal(visitor.url(), `${both}/login?next=%2Finbox%3Fpage%3D2`);
  await visitor.getByLabel(/name/i).fill("ada");
  await visitor.getByLabel(/password/i).fill("plywood");
  await visitor.getByRole("button", { name: /sign in/i }).click();
  await visitor.waitForURL(`${both}/inbox?page=2`);
  assert.match(await visitor.textContent("body"), /hello ada by form/);

  // A script of a page whose visitor is nobody learns of the form alone.
  const stranger = await person();
  await stranger.goto(`${both}/open`);
  const asked = await stranger.evaluate(async () => {
    const response = await fetch("/data");
    return [response.status, response.headers.get("www-authenticate")];
  });
  assert.deepEqual(asked, [401, 'SignIn form="/login"']);
} finally {
  await browser.close();
}
