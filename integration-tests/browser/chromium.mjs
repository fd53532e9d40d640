// What the scripts share: the browser, and axe, which finds what keeps people out.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

// How long anything may take, in milliseconds. A hang is a failure; it is generous, because the machine may be busy.
const PATIENCE = 240_000;

export const launch = async (...more) => {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    timeout: PATIENCE,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      ...more,
    ],
  });
  const newContext = browser.newContext.bind(browser);
  browser.newContext = async (options) => {
    const context = await newContext(options);
    context.setDefaultTimeout(PATIENCE);
    return context;
  };
  return browser;
};

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

// What axe has against the page, rule by rule. A page's own policy may forbid scripts, so that it is looked at from outside, in a world of its own.
export const violations = async (page) => {
  const session = await page.context().newCDPSession(page);
  const { frameTree } = await session.send("Page.getFrameTree");
  const { executionContextId } = await session.send("Page.createIsolatedWorld", { frameId: frameTree.frame.id, grantUniveralAccess: true });
  const run = async (expression) => {
    const { result, exceptionDetails } = await session.send("Runtime.evaluate", {
      expression,
      contextId: executionContextId,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails) throw new Error(JSON.stringify(exceptionDetails));
    return result.value;
  };
  await run(`${axe}; 0`);
  const { looked, found } = await run(`axe.run(document, { preload: false }).then(({ passes, violations }) => ({
    looked: [...passes, ...violations].map(({ id }) => id),
    found: violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.map(({ html, failureSummary }) => [html.slice(0, 200), failureSummary]) })),
  }))`);
  await session.detach();
  if (!looked.includes("color-contrast")) throw new Error("axe has not looked at the contrast");
  return found;
};
