/** @module-tag browser */
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import type { PageGlobals, PageOptions } from '../support/browser.ts';
import { usePage } from '../support/browser.ts';
import type { InspectorPage, SandboxProxy } from '../support/inspector.ts';
import { openInspector, startSandboxProxy } from '../support/inspector.ts';

const openPage = usePage('shell');

async function start(options?: PageOptions): Promise<SandboxProxy & InspectorPage> {
  const proxy = await startSandboxProxy();
  for (const path of ['/assets', '/assets/nothing', '/transforms']) await proxy.media(path);
  await fetch(`${proxy.address}/nothing`);
  const inspector = await openInspector(await openPage(options), proxy.admin);
  await inspector.rows.nth(3).waitFor();
  return { ...proxy, ...inspector };
}

/** The findings of axe-core, each with its element. */
async function findViolations(page: Page, options: axe.RunOptions = {}): Promise<string[]> {
  // The page's own policy lets no script in, so it comes by the debugger.
  const session = await page.context().newCDPSession(page);
  await session.send('Runtime.evaluate', { expression: `if (!globalThis.axe) { ${axe.source} }` });
  const { result } = await session.send('Runtime.evaluate', {
    expression: `axe.run(${JSON.stringify({ resultTypes: ['violations'], ...options })})
      .then(({ violations }) => JSON.stringify(violations))`,
    awaitPromise: true,
    returnByValue: true,
  });
  const violations = JSON.parse(String(result.value)) as axe.Result[];
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
  );
}

const VIEWS: [string, (inspector: InspectorPage) => Promise<void>][] = [
  ['list', () => Promise.resolve()],
  [
    'list with nothing in it',
    async ({ page, filter }) => {
      await filter.fill('path:none');
      await page.getByText('No exchange is like that').waitFor();
    },
  ],
  [
    'filter with its completions',
    async ({ page, filter }) => {
      await filter.fill('status:x');
      await page.getByRole('alert').waitFor();
      await filter.fill('status:');
      await page.getByRole('option').first().waitFor();
    },
  ],
  [
    'pinned list and an error',
    async ({ page, row, detail }) => {
      await row('/assets/nothing').click();
      await page.keyboard.press('p');
      await detail.getByText('What to check').waitFor();
    },
  ],
  [
    'response with a tree',
    async ({ page, row }) => {
      await row('List assets').click();
      await page.getByRole('tab', { name: 'Response' }).click();
      await page.getByRole('tree').waitFor();
    },
  ],
  [
    'timing',
    async ({ page, row }) => {
      await row('List assets').click();
      await page.getByRole('tab', { name: 'Timing' }).click();
      await page.getByRole('rowheader').first().waitFor();
    },
  ],
  [
    'help',
    async ({ page }) => {
      await page.keyboard.press('?');
      await page.getByRole('dialog').waitFor();
    },
  ],
  [
    'edit',
    async ({ page, row }) => {
      await row('List assets').click();
      await page.keyboard.press('e');
      await page.getByLabel('Target').waitFor();
    },
  ],
];

test.each(VIEWS)('axe-core finds nothing in the %s, light and dark', async (_, show) => {
  const inspector = await start();
  await show(inspector);
  expect(await findViolations(inspector.page)).toEqual([]);
  await inspector.page.emulateMedia({ colorScheme: 'dark' });
  // The schemes differ in colours only.
  expect(await findViolations(inspector.page, { runOnly: ['color-contrast'] })).toEqual([]);
});

test('axe-core finds no problem in a narrow window', async () => {
  const inspector = await start({ viewport: { width: 400, height: 800 } });
  expect(await findViolations(inspector.page)).toEqual([]);
  await inspector.row('/assets/nothing').click();
  await inspector.detail.getByText('What to check').waitFor();
  expect(await findViolations(inspector.page)).toEqual([]);
});

describe('the theme', () => {
  const groundOf = (page: Page) =>
    page.evaluate(() => {
      const { getComputedStyle, document } = globalThis as unknown as PageGlobals;
      return getComputedStyle(document.body).backgroundColor;
    });
  const isDark = async (page: Page): Promise<boolean> => /rgb\((\d|[1-4]\d), /.test(await groundOf(page));

  test('follows the system', async () => {
    expect(await isDark((await start({ colorScheme: 'light' })).page)).toBe(false);
    expect(await isDark((await start({ colorScheme: 'dark' })).page)).toBe(true);
  });

  test('can be chosen, and stays after a reload', async () => {
    const { page, admin, button } = await start({ colorScheme: 'light' });
    await button('Theme: system').click();
    await button('Theme: light').click();
    await button('Theme: dark').waitFor();
    expect(await isDark(page)).toBe(true);
    await openInspector(page, admin);
    expect(await isDark(page)).toBe(true);
    await page.keyboard.press('t');
    expect(await isDark(page)).toBe(false);
  });
});

describe('in a window that is 400 pixels wide', () => {
  const overflowOf = (page: Page) =>
    page.evaluate(() => {
      const { document, innerWidth } = globalThis as unknown as PageGlobals;
      return document.documentElement.scrollWidth - innerWidth;
    });

  test('the list has all columns without overflow', async () => {
    const { page, row } = await start({ viewport: { width: 400, height: 800 } });
    expect(await overflowOf(page)).toBe(0);
    for (const name of ['time', 'method', 'subject', 'status', 'answerer', 'duration', 'size']) {
      const box = await row('List assets').locator(`.${name}`).boundingBox();
      expect([name, box !== null && box.width > 20 && box.x >= 0 && box.x + box.width <= 400]).toEqual([name, true]);
    }
  });

  test('an exchange replaces the list, and Escape closes it', async () => {
    const { page, row, rows, detail } = await start({ viewport: { width: 400, height: 800 } });
    await row('/assets/nothing').click();
    await detail.getByText('What to check').waitFor();
    expect(await overflowOf(page)).toBe(0);
    expect(await rows.first().isVisible()).toBe(false);
    await page.keyboard.press('Escape');
    await rows.first().waitFor();
  });
});
