/**
 * Both ways: what is a slip is told, and what is none is left alone.
 */
import { afterAll, describe, expect, test } from 'vitest';
import { bundle } from '../bundle.ts';
import { ProjectFolder } from '../sample-project.fixture.ts';
import { lookThrough } from './slips.ts';

const folder = new ProjectFolder();
afterAll(() => folder[Symbol.dispose]());
let written = 0;

/** What is said of a file, with the line of each. */
async function saidOf(files: Readonly<Record<string, string>>): Promise<string[]> {
  const dir = folder.write(`case-${written++}`, files);
  const made = await bundle(dir, 'probe.ts');
  if ('faults' in made) throw new Error(made.faults.map(({ message }) => message).join());
  return lookThrough(made).faults.map(({ file, line, message, mend }) => {
    return `${file === 'probe.ts' ? '' : file}:${line} ${message}; ${mend}`;
  });
}

/** A journey with this script; its first line is line 4. */
function journey(body: string, before = ''): Record<string, string> {
  return {
    'probe.ts': `import { expect, journey } from 'vedette';
${before}
export default journey('shop/x', { every: '5m' }, async ({ page, context, request, step, secret, cleanup, market }) => {
${body}
});
`,
  };
}

describe('a promise that nobody awaits is told', () => {
  test.each<[script: string, said: string]>([
    ["page.goto('/');", ":4 page.goto('/') is not awaited"],
    ["page.getByRole('button').first().click();", ":4 page.getByRole('button').first().click() is not awaited"],
    ["page\n  .locator('#a')\n  .fill('b');", ":4 page.locator('#a').fill('b') is not awaited"],
    ["page.keyboard.press('Enter');", ":4 page.keyboard.press('Enter') is not awaited"],
    ["const a = page.locator('#a').nth(1);\na.hover();", ':5 a.hover() is not awaited'],
    ["const [a, b] = [page.locator('a'), page.locator('b')];\nb.click();", ':5 b.click() is not awaited'],
    ["request.get('/');", ":4 request.get('/') is not awaited"],
    ["page.request.post('/');", ":4 page.request.post('/') is not awaited"],
    ['context.clearCookies();', ':4 context.clearCookies() is not awaited'],
    ['page.mainFrame().waitForLoadState();', ':4 page.mainFrame().waitForLoadState() is not awaited'],
    ["page.frameLocator('#f').getByText('a').click();", "getByText('a').click() is not awaited"],
    ["const popup = await page.waitForEvent('popup');\npopup.close();", ':5 popup.close() is not awaited'],
    [
      "const [popup] = await Promise.all([page.waitForEvent('popup'), page.click('a')]);\npopup.reload();",
      ':5 popup.reload() is not awaited',
    ],
    ['const other = await context.newPage();\nother.goto("/");', ":5 other.goto('/') is not awaited"],
    ['for (const row of await page.locator("li").all()) row.click();', ':4 row.click() is not awaited'],
    ['const [first] = context.pages();\nfirst.close();', ':5 first.close() is not awaited'],
    ["if (market) page.click('a');", ":4 page.click('a') is not awaited"],
    ["market && page.click('a');", ":4 page.click('a') is not awaited"],
    ["market ? page.click('a') : await page.click('b');", ":4 page.click('a') is not awaited"],
    ["page?.click('a');", ":4 page.click('a') is not awaited"],
    ["try { page.click('a'); } finally { await page.close(); }", ":4 page.click('a') is not awaited"],
    ["step('a', async () => { await page.goto('/'); });", ":4 step('a', …) is not awaited, so the journey goes on"],
    ["await step('a', async () => { page.goto('/'); });", ":4 page.goto('/') is not awaited"],
    ["await step('a', () => { page.goto('/'); });", 'and async before the function around it'],
    ["cleanup(async () => { request.delete('/'); });", ":4 request.delete('/') is not awaited"],
    ["expect(page.getByText('a')).toBeVisible();", ':4 expect(…).toBeVisible() is not awaited, so nothing is checked'],
    ["expect(page).not.toHaveURL('/');", ':4 expect(page).not.toHaveURL'],
    ["expect.soft(page.locator('a')).toHaveText('b');", ":4 expect.soft(…).toHaveText('b') is not awaited"],
    ["expect(await request.get('/')).toBeOK();", ':4 expect(…).toBeOK() is not awaited'],
    ['expect.poll(async () => 1).toBe(1);', ':4 expect.poll(…).toBe(1) is not awaited'],
    ['expect(async () => {}).toPass();', ':4 expect(…).toPass() is not awaited'],
    ['expect(page.title()).resolves.toBe("a");', ":4 expect(…).resolves.toBe('a') is not awaited"],
    [
      "const slow = expect.configure({ timeout: 9 });\nslow(page.locator('a')).toBeVisible();",
      ':5 slow(…).toBeVisible() is not awaited',
    ],
    ["Promise.all([page.click('a'), page.click('b')]);", ':4 Promise.all(…) is not awaited'],
    ["['a'].forEach(async (one) => { await page.click(one); });", 'does not wait for what its function does'],
    ["['a'].forEach((one) => page.click(one));", 'write for (const one of'],
    ["await ['a'].forEach(async (one) => { await page.click(one); });", 'does not wait for what its function does'],
    ["['a'].map(async (one) => { await page.click(one); });", 'does not wait for what its function does'],
    ["const answer = request.get('/');", ":4 request.get('/') is not awaited"],
    ["const answer = request.get('/');\nexpect(answer.status()).toBe(200);", ':4 answer is the promise of request.get'],
    ["const { url } = page.goto('/');", ":4 page.goto('/') is a promise here, which cannot be taken apart"],
    ["const text = page.locator('a').textContent();\nexpect(text).toBe('b');", ':4 text is the promise of page'],
    ["if (page.locator('a').isVisible()) await page.click('a');", ":4 page.locator('a').isVisible() is a promise here"],
    ["while (!page.locator('a').isVisible()) await page.reload();", 'a promise is always true'],
    ['expect(page.title()).toBe("a");', ':4 page.title() is a promise here, and expect looks at the promise'],
    ["expect(page.locator('a').isVisible()).toBeTruthy();", "write await expect(page.locator('a')).toBeVisible()"],
    ["const text = page.locator('a').textContent().trim();", 'a promise has no trim'],
    ["if ((page.title()) === 'a') return;", ':4 page.title() is a promise here, and not yet what it comes to'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the template is the script's.
    ['await page.goto(`/${page.title()}`);', ':4 page.title() is a promise here, and not yet what it comes to'],
    ['for (const row of page.locator("li").all()) await row.click();', 'is a promise here'],
  ])('%s', async (script, said) => {
    const all = await saidOf(journey(script));
    expect(all).toEqual([expect.stringContaining(said)]);
    expect(all[0]).toMatch(/^:\d+ [^\n]+; [^\n]+$/);
  });
});

describe('what does nothing is told', () => {
  test.each<[script: string, said: string]>([
    ["await page.getByText('a');", ":4 page.getByText('a') alone looks at nothing"],
    ["page.getByText('a').first();", ":4 page.getByText('a').first() alone looks at nothing"],
    ["await step('a', () => page.getByText('a'));", ":4 page.getByText('a') alone looks at nothing"],
    ["await expect(page.getByText('a'));", ':4 expect(…) expects nothing'],
    ["await expect(page.getByText('a')).toBeVisible;", ':4 expect(…).toBeVisible is not called, so nothing is checked'],
    ["await step('a', () => expect(page.locator('a')).toBeVisible);", 'is not called, so nothing is checked'],
    ['await page.reload;', ':4 page.reload is not called, so nothing happens'],
    ["expect(page.getByText('a')).toBeTruthy();", 'looks at the locator itself, not at the page'],
    ["const a = page.getByText('a');\nexpect(a).not.toBeNull();", ':5 expect(a).toBeNull looks at the locator itself'],
    ["if (page.getByText('a')) await page.reload();", "page.getByText('a') is a locator, which is always true"],
    ["const a = page.getByText('a');\nif (!a) return;", ':5 a is a locator, which is always true'],
  ])('%s', async (script, said) => {
    expect(await saidOf(journey(script))).toEqual([expect.stringContaining(said)]);
  });
});

describe('what a script does with what it is given is told', () => {
  test.each<[script: string, said: string]>([
    ['await step(async () => {});', ':4 step(…) has no name'],
    ["await step('a');", ":4 step('a') has no function, so it does nothing"],
    ["await step('a', page.goto('/'));", ":4 step('a', …) is given what page.goto('/') returns"],
    ["await step('a', await page.goto('/'));", "write await step('a', () => page.goto('/'))"],
    ["await step('a', 5);", ":4 step('a', …) is given 5, which is no function"],
    ["cleanup(request.delete('/'));", ":4 cleanup(…) is given what request.delete('/') returns"],
    ['cleanup();', ':4 cleanup() has no function'],
    ["page.getByTxt('a');", ':4 page has no getByTxt; did you mean getByText?'],
    ["await page.locator('a').toBeVisible();", "it is expect that has it; write await expect(page.locator('a'))"],
    [
      "await expect(page.locator('a')).toBeVisable();",
      ':4 expect(…) has no matcher toBeVisable; did you mean toBeVisible?',
    ],
    ['expect(1).toEquals(1);', 'did you mean toEqual?'],
    ["await page.fill('a', process.env.PASSWORD);", ':4 process.env.PASSWORD is never there'],
    ['const { PASSWORD } = process.env;\nawait page.fill("a", PASSWORD);', ':4 process.env.PASSWORD is never there'],
    ['await stpe("a", async () => {});', ':4 stpe is not defined; did you mean step?'],
    ["await page.fill('a', 'glpat-aaaaaaaaaaaaaaaaaaaa');", ':4 a token of GitLab stands here'],
  ])('%s', async (script, said) => {
    expect(await saidOf(journey(script))).toEqual([expect.stringContaining(said)]);
  });

  test('names that the script does not take, and names that are not imported', async () => {
    const source = `import { journey } from 'vedette';
export default journey('shop/x', { every: '5m' }, async ({ page }) => {
  await step('a', async () => { await expect(page).toHaveURL('/'); });
});`;
    expect(await saidOf({ 'probe.ts': source })).toEqual([
      ':3 step is not among what the script takes; write async ({ page, step }) => …',
      ":3 expect is not imported; write import { expect, journey } from 'vedette'",
    ]);
  });

  test("vedette's own secret in a script, which is only a reference", async () => {
    const source = `import { journey, secret } from 'vedette';
export default journey('shop/x', { every: '5m', secrets: ['A'] }, async ({ page }) => {
  await page.fill('a', String(secret('A')));
});`;
    expect(await saidOf({ 'probe.ts': source })).toEqual([expect.stringContaining(":3 secret('A') is the reference")]);
  });
});

describe("functions, classes and files of the author's own are seen through", () => {
  test.each<[name: string, before: string, script: string, said: string]>([
    ['an async function', 'async function look() {}', 'look();', ':4 look() is not awaited'],
    ['an arrow function', 'const look = async () => {};', 'look();', ':4 look() is not awaited'],
    [
      'a function that returns a promise',
      'const look = (page) => page.reload();',
      'look(page);',
      ':4 look(page) is not',
    ],
    [
      'a function that is handed a page',
      "async function look(where) { where.click('a'); }",
      'await look(page);',
      ":2 where.click('a') is not awaited",
    ],
    [
      'a function that takes apart what it is handed',
      'async function look({ page: p, say: { add } }) { p.click(add); }',
      'await look({ page, say: { add: "a" } });',
      ':2 p.click(add) is not awaited',
    ],
    [
      'a function that nobody calls here',
      'export async function look(page) { page.reload(); }',
      '',
      ':2 page.reload()',
    ],
    [
      'a function that gives a locator',
      "const button = (page) => page.locator('a');",
      'button(page).click();',
      ':4 button',
    ],
    [
      'a class with a page',
      'class Shop { constructor(page) { this.page = page; } async open() { this.page.goto("/"); } }',
      'await new Shop(page).open();',
      ":2 this.page.goto('/') is not awaited",
    ],
    [
      "a class's method",
      'class Shop { #page; constructor(page) { this.#page = page; } open() { return this.#page.goto("/"); } }',
      'const shop = new Shop(page);\nshop.open();',
      ':5 shop.open() is not awaited',
    ],
    [
      "a class's inherited method and getter",
      "class Base { constructor(page) { this.page = page; } get row() { return this.page.locator('a'); } }\nclass Shop extends Base {}",
      'const shop = new Shop(page);\nshop.row.click();',
      ':6 shop.row.click() is not awaited',
    ],
    ['a record of functions', 'const steps = { async open() {} };', 'steps.open();', ':4 steps.open() is not awaited'],
  ])('%s', async (_name, before, script, said) => {
    expect(await saidOf(journey(script, before))).toEqual([expect.stringContaining(said)]);
  });

  test('a script that is a function of its own, and one that takes its arguments whole', async () => {
    const source = `import { journey } from 'vedette';
async function script({ page }) { page.goto('/'); }
export const a = journey('shop/a', { every: '5m' }, script);
export const b = journey('shop/b', { every: '5m' }, async (args) => { args.page.goto('/'); });`;
    expect(await saidOf({ 'probe.ts': source })).toEqual([
      expect.stringContaining(":2 page.goto('/') is not awaited"),
      expect.stringContaining(":4 args.page.goto('/') is not awaited"),
    ]);
  });

  test('scripts that a function of the author makes journeys of', async () => {
    const source = `import { journey } from 'vedette';
const often = (name, script) => journey('shop/' + name, { every: '5m' }, script);
export const a = often('a', async ({ page, step }) => { step('a', async () => { await page.reload(); }); });
export const b = often('b', async ({ request }) => { request.get('/'); });`;
    expect(await saidOf({ 'probe.ts': source })).toEqual([
      expect.stringContaining(":3 step('a', …) is not awaited"),
      expect.stringContaining(":4 request.get('/') is not awaited"),
    ]);
  });

  test('a shared file, in which the bundler calls a name otherwise', async () => {
    const files = {
      ...journey('await look(page);', "import { look } from './_look.ts';"),
      '_look.ts': `import { expect } from 'vedette';
export async function look(page) {
  expect(page.locator('a')).toBeVisible();
}`,
    };
    expect(await saidOf(files)).toEqual([expect.stringContaining('_look.ts:3 expect(…).toBeVisible() is not awaited')]);
  });
});

describe('what is as it must be is left alone', () => {
  test.each([
    "await page.goto('/');",
    "void page.click('a');",
    "page.click('a').catch(() => undefined);",
    "await page.goto('/').then((answer) => answer?.status());",
    "return page.click('a');",
    "page.on('console', (message) => { message.text(); });",
    "page.on('dialog', (dialog) => dialog.accept());",
    "page.once('popup', async (popup) => { await popup.close(); });",
    "page.on('response', async (response) => { await response.text(); });",
    'page.setDefaultTimeout(1_000);\ncontext.setDefaultNavigationTimeout(1_000);\npage.removeAllListeners();',
    "await page.route('**/ads', (route) => route.abort());",
    "const button = page.getByRole('button').first();\nawait button.click();",
    "const open = page.url().endsWith('/') && !page.isClosed();\nif (open) await page.reload();",
    "await Promise.all([page.waitForResponse('**'), page.click('a')]);",
    "const answer = page.waitForResponse('**');\nawait page.click('a');\nexpect((await answer).ok()).toBe(true);",
    "const popup = page.waitForEvent('popup');\nawait page.click('a');\nconst opened = await popup;\nawait opened.close();",
    "const all = ['a', 'b'].map((one) => page.click(one));\nawait Promise.all(all);",
    "await Promise.all(['a'].map(async (one) => { await page.click(one); }));",
    "const pending = [];\npending.push(page.click('a'));\nawait Promise.all(pending);",
    "for (const row of await page.locator('li').all()) await row.click();",
    "for (const name of ['a']) await step(name, () => page.click(name));",
    "['a'].forEach((one) => { console.log(one); });",
    "if (await page.locator('a').isVisible()) await page.click('a');",
    "const answer = await page.goto('/');\nif (answer) expect(answer.status()).toBe(200);",
    "const handle = await page.$('a');\nif (handle) await handle.click();",
    "let banner = null;\nif (market) banner = page.locator('a');\nif (banner) await banner.click();",
    "let pending;\nif (market) pending = page.click('a');\nif (pending) await pending;",
    "const order = await step('a', async () => (await request.get('/')).json());\nexpect(order.id).toBe(1);",
    "await step('a', async () => { await step('b', () => page.reload()); });",
    'const body = async () => {};\nawait step("a", body);',
    'const make = () => async () => {};\nawait step("a", make());',
    "cleanup(() => request.delete('/'));\ncleanup(async () => { await request.delete('/'); });\ncleanup(() => { void 0; });",
    "expect(1).toBe(1);\nexpect({ a: 1 }).toMatchObject({ a: 1 });\nexpect('a', 'a message').toContain('a');",
    "expect(await page.title()).toBe('a');\nexpect(await page.locator('a').count()).toBeGreaterThan(0);",
    "await expect(page.locator('a')).not.toBeVisible({ timeout: 1 });",
    "await expect.soft(page.locator('a')).toHaveText('a');\nawait expect.poll(() => 1).toBe(1);",
    'await expect(async () => { await page.reload(); }).toPass();',
    "await expect(page.title()).resolves.toBe('a');",
    "expect([page.locator('a')]).toHaveLength(1);",
    "expect.extend({ toBeCheap() { return { pass: true, message: () => '' }; } });\nexpect(1).toBeCheap();",
    "await page.evaluate(() => { document.querySelector('form').submit(); window.scrollTo(0, 1); gtag('a'); });",
    'await page.evaluate(async (page) => { page.click(); }, 1);',
    "const page2 = await context.newPage();\nawait page2.goto('/');",
    "const { value = page.reload() } = await page.evaluate('1');\nawait value;",
    "await page.fill('a', secret('A'));",
    "if (typeof windowless === 'undefined') await page.reload();",
    'const started = performance.now();\nconst at = new Date(structuredClone(started));\nconsole.log(at, URL, fetch, Buffer, process.pid);',
    'console.log(process.env.TZ);',
    "const answer = await request.get('/');\nconst { items } = await answer.json();\nitems.forEach((item) => expect(item.a).toBe(1));",
    "const download = await page.waitForEvent('download');\nexpect(download.suggestedFilename()).toBe('a');",
    "const texts = await page.locator('a').allTextContents();\nexpect(texts.map((one) => one.trim())).toEqual(['a']);",
    "await page.getByRole('row').filter({ has: page.getByText('a') }).getByRole('button').click();",
    'await using held = { async [Symbol.asyncDispose]() {} };\nconsole.log(held);',
  ])('%s', async (script) => {
    expect(await saidOf(journey(script))).toEqual([]);
  });

  test.each([
    ['a page that is a number', "const url = (page) => '/list?page=' + page.toString();", 'await page.goto(url(2));'],
    ['a step of somebody else', 'function walk(step) { step(); step("a"); }', 'walk(() => {});'],
    ['a sync function', 'function note(text) { return text; }', 'note("a");'],
    [
      'a helper that gives a locator besides what it does',
      "async function open(page) { await page.reload(); return page.locator('a'); }",
      'await open(page);',
    ],
    [
      'a helper whose parameter is sometimes left out',
      'async function pay(page, button) { if (button) await button.click(); }',
      "await pay(page); await pay(page, page.locator('a'));",
    ],
    [
      'a field that holds a promise',
      'class Shop { constructor(page) { this.ready = page.reload(); } }',
      'await new Shop(page).ready;',
    ],
    ['a recursion', 'async function again(page, n) { if (n > 0) await again(page, n - 1); }', 'await again(page, 3);'],
    ['a generator', 'function* each() { yield 1; }', 'each();'],
    ['a type guard for the browser', 'const scroll = () => window.scrollTo(0, 1);', 'await page.evaluate(scroll);'],
  ])('%s', async (_name, before, script) => {
    expect(await saidOf(journey(script, before))).toEqual([]);
  });
});
