/* global console, fetch, performance, PerformanceObserver, requestAnimationFrame, cancelAnimationFrame -- globals of Node and of the page */
// First paint of the inspector page, and its frame times with 1,000 exchanges at 200 a second.
import { createServer } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import { findBrowser, startDemo } from './demo.js';
import { median } from './median.js';

const LOADS = 15;
/** Time for a new browser process to settle. */
const SETTLE_MS = 300;
const EXCHANGES = 1_000;
const EVERY_MS = 5;
/** Longer than 1.5 usual frames: at least one frame was dropped. */
const DROPPED = 1.5;

const demo = await startDemo();
const plain = createServer((_, response) =>
  response.setHeader('content-type', 'text/html').end('<!doctype html><p>plain'),
);
await new Promise((resolve) => plain.listen(0, '127.0.0.1', resolve));
const browser = await chromium.launch({ executablePath: findBrowser(), args: ['--disable-gpu'] });
try {
  await measureFirstPaint();
  console.log(`1,000 exchanges  ${await measureFrames()}`);
} finally {
  await browser.close();
  plain.close();
  demo.close();
}

/** Alternates with a page of one word: the baseline of browser and machine. */
async function measureFirstPaint() {
  const [ours, least] = [[], []];
  for (let load = 0; load < LOADS; load++) {
    ours.push(await readFirstPaint(`${demo.admin}/`));
    least.push(await readFirstPaint(`http://127.0.0.1:${plain.address().port}/`));
  }
  for (const [name, times] of [
    ['first paint', ours],
    ['of a plain page', least],
  ]) {
    const range = `${Math.min(...times).toFixed(0)} to ${Math.max(...times).toFixed(0)}`;
    console.log(`${name.padEnd(16)} ${median(times).toFixed(0)} ms (median of ${LOADS}; ${range})`);
  }
}

/** In a new profile, with an empty cache. */
async function readFirstPaint(url) {
  const page = await (await browser.newContext()).newPage();
  await setTimeout(SETTLE_MS);
  await page.goto(url);
  await page.waitForFunction(() => performance.getEntriesByName('first-contentful-paint').length > 0);
  const ms = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0].startTime);
  await page.context().close();
  return ms;
}

async function measureFrames() {
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
  await page.goto(`${demo.admin}/`);
  await page.getByText('live', { exact: true }).waitFor();
  const idle = await watchFrames(page, () => setTimeout(2_000));
  const readTaskMs = await watchTasks(page);
  const before = await readTaskMs();
  const busy = await watchFrames(page, sendAll);
  const taskMs = (await readTaskMs()) - before;
  await page.getByText('1,000', { exact: true }).waitFor();
  return `longest frame ${busy.longest} ms, ${busy.dropped} of ${busy.frames} frames late, long tasks ${busy.tasks}, main thread busy for ${taskMs.toFixed(0)} ms in all (idle: ${idle.longest} ms, ${idle.dropped} of ${idle.frames}, ${idle.tasks})`;
}

/** Work of the page's main thread so far. */
async function watchTasks(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  return async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? NaN) * 1_000;
  };
}

async function sendAll() {
  const begun = performance.now();
  const sent = [];
  for (let n = 0; n < EXCHANGES; n++) {
    await setTimeout(Math.max(0, begun + n * EVERY_MS - performance.now()));
    sent.push(fetch(`${demo.proxy}/api/v1/projects/demo-project/media/assets/a${n}`).then((answer) => answer.text()));
  }
  await Promise.all(sent);
  console.log(`(sent at ${((EXCHANGES * 1_000) / (performance.now() - begun)).toFixed(0)} a second)`);
}

/** Times between animation frames during `work`. */
async function watchFrames(page, work) {
  await page.evaluate(() => {
    globalThis.frames = [];
    globalThis.tasks = [];
    let last = performance.now();
    const note = (now) => {
      globalThis.frames.push(now - last);
      last = now;
      globalThis.noting = requestAnimationFrame(note);
    };
    globalThis.noting = requestAnimationFrame(note);
    globalThis.observer = new PerformanceObserver((list) =>
      globalThis.tasks.push(...list.getEntries().map(({ duration }) => duration)),
    );
    globalThis.observer.observe({ type: 'longtask' });
  });
  await work();
  const { frames, tasks } = await page.evaluate(() => {
    cancelAnimationFrame(globalThis.noting);
    globalThis.observer.disconnect();
    return { frames: globalThis.frames.slice(1), tasks: globalThis.tasks };
  });
  const usual = median(frames);
  return {
    frames: frames.length,
    longest: Math.max(...frames).toFixed(1),
    dropped: frames.filter((ms) => ms > usual * DROPPED).length,
    tasks: tasks.length === 0 ? 'none' : tasks.map((ms) => `${ms.toFixed(0)} ms`).join(', '),
  };
}
