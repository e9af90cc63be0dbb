// Writes docs/images/inspector-*.png from the sandbox's traffic: `npm run screenshots`.
import { mkdir } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath, URL } from 'node:url';
import { chromium } from 'playwright-core';
import { findBrowser, startDemo } from '../bench/demo.js';

/* global fetch -- a global of Node */
const FOLDER = fileURLToPath(new URL('images/', import.meta.url));
const JSON_BODY = { 'content-type': 'application/json' };
const WIDE = { width: 1280, height: 760 };
const NARROW = { width: 400, height: 760 };

await mkdir(FOLDER, { recursive: true });
const demo = await startDemo();
const browser = await chromium.launch({ executablePath: findBrowser(), args: ['--disable-gpu'] });
try {
  await makeTraffic();
  await shoot('light', { viewport: WIDE, colorScheme: 'light' }, () => undefined);
  await shoot('dark', { viewport: WIDE, colorScheme: 'dark' }, async (page) => {
    await open(page, 'source%20video');
    await page.getByRole('tab', { name: 'Response' }).click();
    await page.getByRole('tree').waitFor();
  });
  await shoot('detail', { viewport: WIDE, colorScheme: 'light' }, async (page) => {
    await open(page, 'nonexistent');
    await page.keyboard.press('p');
    await page.getByText('What to check').waitFor();
  });
  await shoot('narrow', { viewport: NARROW, colorScheme: 'light' }, () => undefined);
} finally {
  await browser.close();
  demo.close();
}

async function makeTraffic() {
  const media = `${demo.proxy}/api/v1/projects/demo-project/media`;
  const send = async (path, method = 'GET', body) => {
    const answer = await fetch(path.startsWith('/') ? media + path : path, {
      method,
      ...(body && { body: JSON.stringify(body), headers: JSON_BODY }),
    });
    await answer.text();
    await setTimeout(40);
  };
  await send(`${demo.proxy}/api/v1/user/profile`);
  await send(`${demo.proxy}/api/v1/projects`);
  for (const top of [2, 5, 10]) await send(`/assets?$top=${top}`);
  const properties = { description: 'Holiday, first cut', container: 'holiday', storageAccountName: 'primary-azure' };
  await send('/assets/holiday', 'PUT', { properties });
  await send('/assets/source%20video%20%231');
  await send('/transforms');
  await send('/streamingEndpoints');
  await send('/streamingEndpoints/default/start', 'POST');
  await send(`${demo.proxy}/api/v1/user/tokens`, 'POST', { type: 'full-access' });
  await send('/assets/nonexistent');
  await send('/assets/broken', 'PUT', { properties: { description: 'no storage' } });
  await send('/assets/holiday', 'DELETE');
  await send('/assets?$filter=name%20eq%20%27output-video%27');
  await send(`${demo.proxy}/favicon.ico`);
  await send('/streamingEndpoints/default');
  await send('/assets/output-video');
  await send('/streamingLocators');
  await send('/assets/output-video/listStreamingLocators', 'POST');
}

async function open(page, text) {
  await page.locator('#exchanges [role=row]', { hasText: text }).first().click();
}

async function shoot(name, options, prepare) {
  const page = await (await browser.newContext({ ...options })).newPage();
  await page.goto(`${demo.admin}/`);
  await page.locator('#exchanges [role=row]').nth(9).waitFor();
  await prepare(page);
  // The budget is computed once a second.
  await page.getByText(/2,000 reads/).waitFor();
  await page.mouse.move(0, 0);
  await page.screenshot({ path: `${FOLDER}inspector-${name}.png` });
  await page.context().close();
}
