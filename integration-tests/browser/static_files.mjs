// A real Chromium plays a film that a server of files sends, jumps in it, and reads the listing of a folder.
//
//   node static_files.mjs ADDRESS FOLDER
//
// The film is made here, by the browser's own encoder, and written into the served FOLDER as film.webm. The upper half of each
// frame has six fields, black or white, which say in which second it is.
//
// SCREENSHOTS=DIRECTORY keeps pictures of the listing there.
import assert from "node:assert/strict";
import { utimes, writeFile } from "node:fs/promises";
import { launch, violations } from "./chromium.mjs";

const [address, folder] = process.argv.slice(2);
const SECONDS = 60;
// The jumps: forwards and backwards, none to what comes next.
const JUMPS = [55, 8, 38, 23];

const browser = await launch("--autoplay-policy=no-user-gesture-required");

// A WebM of VP8 with an index at its end, as base64. The lower half of each frame is noise, so that the film is long in bytes.
const make = async (seconds) => {
  const [width, height, rate] = [320, 240, 5];
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const frames = [];
  const encoder = new VideoEncoder({
    output: (chunk) => {
      const data = new Uint8Array(chunk.byteLength);
      chunk.copyTo(data);
      frames.push({ key: chunk.type === "key", time: Math.round(chunk.timestamp / 1000), data });
    },
    error: (error) => { throw error; },
  });
  encoder.configure({ codec: "vp8", width, height, framerate: rate, bitrate: 4_000_000 });
  const noise = context.createImageData(width, height / 2);
  for (let at = 0; at < seconds * rate; at += 1) {
    for (let bit = 0; bit < 6; bit += 1) {
      context.fillStyle = (Math.floor(at / rate) >> bit) & 1 ? "white" : "black";
      context.fillRect((bit * width) / 6, 0, width / 6, height / 2);
    }
    for (let byte = 0; byte < noise.data.length; byte += 1) noise.data[byte] = byte % 4 === 3 ? 255 : Math.random() * 256;
    context.putImageData(noise, 0, height / 2);
    const frame = new VideoFrame(canvas, { timestamp: (at * 1_000_000) / rate });
    encoder.encode(frame, { keyFrame: at % rate === 0 });
    frame.close();
    if (encoder.encodeQueueSize > 20) await new Promise((resolve) => encoder.addEventListener("dequeue", resolve, { once: true }));
  }
  await encoder.flush();

  // EBML: an id, a length, and what is in it.
  const bytes = (number, count) => Uint8Array.from({ length: count }, (_, at) => Math.floor(number / 2 ** (8 * (count - 1 - at))) & 255);
  const join = (parts) => {
    const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) { whole.set(part, at); at += part.length; }
    return whole;
  };
  const element = (id, ...parts) => {
    const body = join(parts);
    const width = Math.ceil(id.toString(16).length / 2);
    const length = bytes(body.length, 8);
    length[0] = 1;
    return join([bytes(id, width), length, body]);
  };
  const number = (id, value) => element(id, bytes(value, 8));
  const text = (id, value) => element(id, new TextEncoder().encode(value));
  const float = (id, value) => element(id, new Uint8Array(new Float64Array([value]).buffer).reverse());

  const head = element(0x1a45dfa3, number(0x4286, 1), number(0x42f7, 1), number(0x42f2, 4), number(0x42f3, 8), text(0x4282, "webm"), number(0x4287, 2), number(0x4285, 2));
  const info = element(0x1549a966, number(0x2ad7b1, 1_000_000), text(0x4d80, "test"), text(0x5741, "test"), float(0x4489, seconds * 1000));
  const tracks = element(0x1654ae6b, element(0xae, number(0xd7, 1), number(0x73c5, 1), number(0x83, 1), text(0x86, "V_VP8"), element(0xe0, number(0xb0, width), number(0xba, height))));
  const clusters = [];
  for (const frame of frames) {
    if (frame.key) clusters.push({ time: frame.time, blocks: [number(0xe7, frame.time)] });
    const cluster = clusters.at(-1);
    cluster.blocks.push(element(0xa3, bytes(0x81, 1), bytes(frame.time - cluster.time, 2), bytes(frame.key ? 0x80 : 0, 1), frame.data));
  }
  const written = clusters.map(({ blocks }) => element(0x1f43b675, ...blocks));
  const seek = (position) => element(0x114d9b74, element(0x4dbb, element(0x53ab, bytes(0x1c53bb6b, 4)), number(0x53ac, position)));
  let position = seek(0).length + info.length + tracks.length;
  const points = clusters.map(({ time }, at) => {
    const point = element(0xbb, number(0xb3, time), element(0xb7, number(0xf7, 1), number(0xf1, position)));
    position += written[at].length;
    return point;
  });
  const film = join([head, element(0x18538067, seek(position), info, tracks, ...written, element(0x1c53bb6b, ...points))]);
  const url = await new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.readAsDataURL(new Blob([film]));
  });
  return url.slice(url.indexOf(",") + 1);
};

// Jumps to a second, and tells which one is shown: that one as soon as it is, else what is still there after a minute. A frame comes after `seeked`.
const jump = async (second) => {
  const video = document.querySelector("video");
  const sought = new Promise((resolve) => video.addEventListener("seeked", resolve, { once: true }));
  video.currentTime = second + 0.5;
  await sought;
  const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const field = (bit) => context.getImageData(((bit + 0.5) * video.videoWidth) / 6, video.videoHeight / 4, 1, 1).data[0];
  const end = performance.now() + 60_000;
  for (;;) {
    context.drawImage(video, 0, 0);
    const shown = [0, 1, 2, 3, 4, 5].reduce((second, bit) => second + (field(bit) > 128 ? 1 << bit : 0), 0);
    if (shown === second || performance.now() > end) return shown;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

const playsAndJumps = async () => {
  const page = await browser.newPage();
  await page.goto(`${address}/player.html`);
  const film = Buffer.from(await page.evaluate(make, SECONDS), "base64");
  assert.ok(film.length > 10 << 20, `the film is long in bytes: ${film.length}`);
  await writeFile(`${folder}/film.webm`, film);
  // A file that was just written has no strong tag yet.
  await utimes(`${folder}/film.webm`, 1_704_164_645, 1_704_164_645);
  const length = await page.evaluate(async () => {
    const video = document.querySelector("video");
    const loaded = new Promise((resolve, reject) => {
      video.addEventListener("loadedmetadata", resolve, { once: true });
      video.addEventListener("error", () => reject(new Error(video.error.message)), { once: true });
    });
    video.src = "/film.webm";
    await loaded;
    return video.duration;
  });
  assert.ok(Math.abs(length - SECONDS) < 1, `the index says how long it is: ${length}`);
  for (const second of JUMPS) {
    assert.equal(await page.evaluate(jump, second), second);
  }
  // It plays on from there.
  await page.evaluate(async () => {
    const video = document.querySelector("video");
    video.muted = true;
    const from = video.currentTime;
    await video.play();
    while (video.currentTime < from + 1) await new Promise((resolve) => setTimeout(resolve, 50));
    video.pause();
  });
  await page.close();
};

const readsTheListing = async () => {
  for (const [name, options] of Object.entries({
    light: { colorScheme: "light" },
    dark: { colorScheme: "dark" },
    narrow: { colorScheme: "light", viewport: { width: 360, height: 640 } },
  })) {
    const context = await browser.newContext({ ...options, javaScriptEnabled: false });
    const page = await context.newPage();
    const complaints = [];
    page.on("console", (message) => complaints.push(message.text()));
    await page.goto(`${address}/shelf/`);
    const background = () => page.locator("body").evaluate((body) => getComputedStyle(body).backgroundColor);
    const follow = (name) => Promise.all([page.waitForEvent("load"), page.getByRole("link", { name }).first().click()]);
    const links = () => page.getByRole("link").allInnerTexts();
    for (const file of ["a & b.txt", "<b>not markup.txt", "long.txt", "päper.txt"]) {
      assert.ok((await links()).some((link) => link.includes(file)), `${file} in ${await links()}`);
    }
    assert.ok(!(await links()).some((link) => link.includes("hidden")), `${await links()}`);
    if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/listing-${name}.png` });
    if (name === "narrow") {
      const [width, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]).catch(() => [0, 0]);
      assert.ok(width <= window, `nothing is wider than the window: ${width}, ${window}`);
    }
    if (name !== "narrow") {
      const shades = (await background()).match(/[0-9.]+/g).slice(0, 3).map(Number);
      const bright = shades.every((shade) => shade > 128);
      assert.equal(bright, name === "light", `${shades}`);
    }
    // By size: the long one is first or last, and a link away.
    const order = async () => (await links()).filter((link) => link.endsWith(".txt"));
    await follow(/size/i);
    const one = await order();
    await follow(/size/i);
    const other = await order();
    assert.ok([one.at(0), one.at(-1)].includes("long.txt"), `${one}`);
    assert.notDeepEqual(one, other);
    // What has an odd name is one click away too.
    for (const [file, content] of [["a & b.txt", "both"], ["<b>not markup.txt", "plain"], ["päper.txt", "paper"]]) {
      await page.goto(`${address}/shelf/`);
      await follow(file);
      assert.equal((await page.locator("body").innerText()).trim(), content);
    }
    assert.deepEqual(complaints, []);
    await context.close();
  }
};

// axe looks for what keeps people out.
const keepsNobodyOut = async () => {
  for (const [colorScheme, width] of [["light", 1280], ["dark", 1280], ["light", 320]]) {
    const context = await browser.newContext({ colorScheme, viewport: { width, height: 700 } });
    const page = await context.newPage();
    for (const path of ["/shelf/", "/shelf/?sort=-size", "/shelf/folder/"]) {
      await page.goto(`${address}${path}`);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= width, `${path} is ${wide} wide in ${width}`);
      assert.deepEqual(await violations(page), [], `${path} ${colorScheme} ${width}`);
    }
    await context.close();
  }
};

try {
  await readsTheListing();
  await keepsNobodyOut();
  await playsAndJumps();
} finally {
  await browser.close();
}
