import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backEnd, type ManagedServer, managedServer, removeServer, until } from './manager-server.ts';

const program = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
/** Where pictures go, for people to look at. */
const pictures = process.env.MANAGER_PICTURES;

describe.skipIf(program === undefined)(
  `the page of the balancer manager${program === undefined ? ' (needs chromium: apt-get install chromium)' : ''}`,
  () => testPage(program!),
);

it.runIf(process.env.CI === 'true')('chromium is there where everything is tested', () => {
  expect(program, 'apt-get install chromium').toBeDefined();
});

function testPage(executablePath: string) {
  let browser: Browser;
  let server: ManagedServer;
  const ends: { close(): void; closeAllConnections(): void }[] = [];
  const urls: string[] = [];
  let slowAnswer = (): unknown => undefined;

  beforeAll(async () => {
    for (const name of ['A', 'B', 'C', 'D']) {
      const end = await backEnd(name, (request, response) => {
        if (request.url === '/slow') slowAnswer = () => response.end('slow\n');
        else {
          response.statusCode = name === 'C' && Math.random() < 0.3 ? 500 : 200;
          response.end(`${name}\n`);
        }
      });
      ends.push(end.server);
      urls.push(end.url);
    }
    server =
      await managedServer(`ProxyHCExpr fine {%{REQUEST_STATUS} =~ /^2/ && %{resp:Content-Type} =~ /^text/ }
<Proxy balancer://shop>
BalancerMember ${urls[0]} route=a loadfactor=2
BalancerMember ${urls[1]} route=b hcmethod=GET hcinterval=1
BalancerMember ${urls[2]} route=c redirect=a
ProxySet stickysession=SID lbmethod=byrequests
</Proxy>
<Proxy balancer://other>
BalancerMember ${urls[0]}
BalancerMember ${urls[3]} status=+H
</Proxy>
ProxyPass /other balancer://other
ProxyPass / balancer://shop/`);
    for (let i = 0; i < 120; i++) await fetch(server.url('/x')).then((response) => response.text());
    const flags = [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
    ];
    browser = await chromium.launch({ executablePath, args: flags });
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    if (server !== undefined) await removeServer(server);
    for (const end of ends) {
      end.closeAllConnections();
      end.close();
    }
  });

  async function open(
    options: Parameters<Browser['newPage']>[0] = {},
  ): Promise<{ page: Page; complaints: string[] }> {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, ...options });
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith(server.url('/'))) complaints.push(`asked for ${request.url()}`);
    });
    await page.goto(server.manager);
    return { page, complaints };
  }

  async function picture(page: Page, name: string): Promise<void> {
    if (pictures === undefined) return;
    mkdirSync(pictures, { recursive: true });
    await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
  }

  const row = (page: Page, url: string) =>
    page.locator('section', { hasText: 'balancer://shop' }).locator('tr', { hasText: url });

  it('shows members, and its numbers go on by themselves', async () => {
    const { page, complaints } = await open();
    await picture(page, 'light');
    const answers = row(page, urls[0]!).locator('[data-label=answers]');
    const before = Number(await answers.textContent());
    expect(before).toBeGreaterThan(40);
    for (let i = 0; i < 8; i++) await fetch(server.url('/x')).then((response) => response.text());
    await until(async () => Number(await answers.textContent()) > before, 'a fresh number');
    expect(await page.locator('#freshness').textContent()).toBe('live');
    expect(complaints).toEqual([]);
    await page.close();
  }, 60_000);

  it('drains a member with one click, says what is in flight, removes it, and takes that back', async () => {
    const { page, complaints } = await open();
    const slow = fetch(server.url('/slow'), { headers: { Cookie: 'SID=x.b' } }).then((response) =>
      response.text(),
    );
    await until(
      async () => (await server.api('/balancers/shop')).value.members[1].inFlight === 1,
      'the slow request',
    );
    await page.reload();
    await row(page, urls[1]!).getByRole('button', { name: 'Drain' }).click();
    await expect.poll(() => row(page, urls[1]!).textContent()).toContain('draining, in flight: 1');
    expect(await row(page, urls[1]!).getByRole('button', { name: 'Remove' }).isDisabled()).toBe(true);
    await picture(page, 'draining');
    slowAnswer();
    expect(await slow).toBe('slow\n');
    await expect.poll(() => row(page, urls[1]!).textContent()).toContain('drained');
    await row(page, urls[1]!).getByRole('button', { name: 'Remove' }).click();
    await expect
      .poll(() => page.locator('.bar').textContent())
      .toContain(`${urls[1]}: removed, is in the files still`);
    expect(await row(page, urls[1]!).count()).toBe(0);
    await picture(page, 'removed');
    const undo = () =>
      page.locator('section', { hasText: 'balancer://shop' }).getByRole('button', { name: 'Undo' }).click();
    await undo();
    await expect.poll(() => row(page, urls[1]!).count()).toBe(1);
    await undo();
    await expect.poll(() => row(page, urls[1]!).textContent()).toContain('ok');
    expect(complaints).toEqual([]);
    await page.close();
  }, 60_000);

  it('adds a member and edits it by the keyboard', async () => {
    const { page, complaints } = await open();
    const shop = page.locator('section', { hasText: 'balancer://shop' });
    await shop.getByPlaceholder('http://10.0.0.7:8080').focus();
    await page.keyboard.type(urls[3]!);
    await page.keyboard.press('Enter');
    await expect.poll(() => row(page, urls[3]!).textContent()).toContain('added');
    await row(page, urls[3]!).getByRole('link', { name: 'Edit' }).focus();
    await page.keyboard.press('Enter');
    await page.getByLabel('Route', { exact: true }).fill('d');
    await picture(page, 'edit-member');
    await page.getByLabel('Load factor').fill('3.5');
    await page.keyboard.press('Enter');
    await expect.poll(() => row(page, urls[3]!).textContent()).toContain('route d');
    expect(await row(page, urls[3]!).locator('[data-label=share]').textContent()).toBe('3.5');
    await shop.getByRole('link', { name: 'Edit settings' }).click();
    await page.getByLabel('Method').selectOption('bybusyness');
    await picture(page, 'edit-balancer');
    await page.getByRole('button', { name: 'Save' }).click();
    await expect.poll(() => shop.locator('.facts').textContent()).toContain('bybusyness');
    expect(complaints).toEqual([]);
    await page.close();
  }, 60_000);

  it('says why a form changes nothing', async () => {
    // A page that brings itself up to date would mend what is spoilt here.
    const { page } = await open({ javaScriptEnabled: false });
    const shop = page.locator('section', { hasText: 'balancer://shop' });
    const add = async (url: string) => {
      await shop.getByPlaceholder('http://10.0.0.7:8080').fill(url);
      await page.keyboard.press('Enter');
    };
    // The page before may have an alert as well.
    const alert = () => expect.poll(() => page.getByRole('alert').allTextContents().then(String));
    await add('gopher://app.example.com');
    await alert().toContain('No module that is loaded serves gopher:');
    await picture(page, 'refused');
    await add(urls[0]!);
    await alert().toContain('is a member already');
    await page.locator('input[name=nonce]').evaluateAll((inputs) => {
      for (const input of inputs) (input as unknown as { value: string }).value = 'old';
    });
    await row(page, urls[0]!).getByRole('button', { name: 'Drain' }).click();
    await alert().toContain('try again');
    expect(await row(page, urls[0]!).textContent()).toContain('ok');
    await page.close();
  }, 60_000);

  it('finds one of many members', async () => {
    const lines = Array.from({ length: 300 }, (_, i) => `BalancerMember http://127.0.0.1:${10_000 + i}`);
    const many = await managedServer(`<Proxy balancer://many>\n${lines.join('\n')}\n</Proxy>`);
    const page = await browser.newPage();
    await page.goto(many.manager);
    await page.keyboard.press('Tab');
    await page.keyboard.type(':10123');
    await expect.poll(() => page.getByRole('status').textContent()).toBe('1 of 300');
    expect(await page.locator('tr[data-member]:visible').allTextContents()).toEqual([
      expect.stringContaining('http://127.0.0.1:10123'),
    ]);
    await picture(page, 'one-of-many');
    await page.getByRole('button', { name: 'Drain' }).click();
    await expect
      .poll(() => page.locator('tr[data-member]:visible').allTextContents())
      .toEqual([expect.stringContaining('drained')]);
    await page.close();
    await removeServer(many);
  }, 60_000);

  it('works without JavaScript, on a narrow screen, in the dark', async () => {
    const { page } = await open({
      javaScriptEnabled: false,
      colorScheme: 'dark',
      viewport: { width: 360, height: 800 },
    });
    await picture(page, 'narrow-dark');
    const widths = await page.locator('html').evaluate((html) => [html.scrollWidth, html.clientWidth]);
    expect(widths).toEqual([360, 360]);
    await row(page, urls[2]!).getByRole('button', { name: 'Drain' }).click();
    expect(await row(page, urls[2]!).textContent()).toContain('drained');
    await row(page, urls[2]!).getByRole('button', { name: 'Resume' }).click();
    expect(await row(page, urls[2]!).textContent()).toContain('ok');
    await page.close();
  }, 60_000);
}
