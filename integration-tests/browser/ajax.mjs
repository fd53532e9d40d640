// Lets a page in a real Chromium ask for many things at a time, signs out among them, and signs in by ids that somebody else knows.
//
//   node ajax.mjs ADDRESS TOGETHER
//
// The server lets TOGETHER requests wait for each other, so that they do meet in one session.
import assert from "node:assert/strict";
import { launch } from "./chromium.mjs";

const [address, together] = [process.argv[2], Number(process.argv[3])];

const browser = await launch();

// Somebody at a browser with these cookies.
const visitor = async (...cookies) => {
  const context = await browser.newContext();
  await context.addCookies(cookies);
  return { context, page: await context.newPage() };
};
const cookie = async ({ context }) => {
  const all = await context.cookies();
  assert.ok(all.length <= 1, "the session has one cookie");
  return all[0];
};
const signIn = async ({ page }) => {
  await page.goto(`${address}/`);
  assert.match(page.url(), /\/login/);
  await page.getByLabel(/name/i).fill("ada");
  await page.getByLabel(/password/i).fill("plywood");
  await page.getByRole("button", { name: /sign in/i }).click();
  await page.waitForURL(`${address}/`);
};
// What the page's own script is answered, all at a time.
const ask = ({ page }, method, targets) =>
  page.evaluate(
    ([method, targets]) => Promise.all(targets.map(async (target) => (await fetch(target, { method })).status)),
    [method, targets],
  );
const basket = ({ page }) => page.evaluate(async () => (await fetch("/basket")).json());
const status = async (visitor) => (await ask(visitor, "GET", ["/basket"]))[0];
// A page from which to ask, for who is not signed in.
const stranger = async (...cookies) => {
  const somebody = await visitor(...cookies);
  await somebody.page.goto(`${address}/free`);
  return somebody;
};
const numbered = (count, name) => Array.from({ length: count }, (_, n) => name(n));

const nothingIsLost = async () => {
  const ada = await visitor();
  await signIn(ada);
  const before = await cookie(ada);
  const count = 12 * together;
  const answers = await ask(ada, "POST", numbered(count, (n) => `/put?item-${n}`));
  assert.deepEqual(answers, Array(count).fill(200));
  const { count: counted, careless, keys } = await basket(ada);
  assert.equal(counted, count);
  const items = keys.filter((key) => key.startsWith("item-"));
  assert.deepEqual(items.sort(), numbered(count, (n) => `item-${n}`).sort());
  // What is read and written back loses all but one of those that meet: so they did.
  assert.ok(careless <= count / together, `${careless} of ${count}`);
  assert.deepEqual(await cookie(ada), before);
};

const whoSignsOutStaysSignedOut = async () => {
  const ada = await visitor();
  await signIn(ada);
  const kept = await cookie(ada);
  assert.equal(kept.httpOnly, true);
  // These have loaded the session when she signs out, and save it after. Others come as they come.
  const [held, others] = await ada.page.evaluate(async (slow) => {
    const post = async (target) => (await fetch(target, { method: "POST" })).status;
    const meet = () => post("/free/meet");
    const held = Array.from({ length: slow }, (_, n) => post(`/put/at-leisure?late-${n}`));
    await meet();
    const some = () => Array.from({ length: 10 }, () => post("/put/at-once"));
    const others = [...some(), post("/logout"), ...some()];
    const answered = await Promise.all(others);
    await meet();
    return [await Promise.all(held), answered];
  }, together - 1);
  assert.deepEqual(held, Array(together - 1).fill(200));
  assert.equal(others[10], 200, "the form, after the way to it");
  others.splice(10, 1);
  assert.ok(others.every((answer) => answer === 200 || answer === 401), String(others));

  assert.equal(await cookie(ada), undefined);
  assert.deepEqual(await ask(ada, "POST", Array(10).fill("/put/at-once")), Array(10).fill(401));
  assert.equal(await status(await stranger(kept)), 401, "her old cookie is worth nothing");
  // Nothing of it comes back.
  await signIn(ada);
  const { count, keys } = await basket(ada);
  assert.equal(count, null);
  assert.ok(!keys.some((key) => key.startsWith("late-")), String(keys));
};

const noIdOutlivesTheSignIn = async () => {
  // An id of the attacker's own session, and one that nobody has issued.
  const attacker = await stranger();
  assert.deepEqual(await ask(attacker, "POST", ["/free/put?bait"]), [200]);
  const issued = await cookie(attacker);
  const invented = { ...issued, value: "A".repeat(issued.value.length) };
  for (const planted of [issued, invented]) {
    const ada = await visitor(planted);
    await signIn(ada);
    assert.equal(await status(ada), 200);
    assert.notEqual((await cookie(ada)).value, planted.value);
    assert.equal(await status(await stranger(planted)), 401);
  }
  assert.equal(await status(attacker), 401);
};

try {
  await nothingIsLost();
  await whoSignsOutStaysSignedOut();
  await noIdOutlivesTheSignIn();
} finally {
  await browser.close();
}
