import type { Page } from 'playwright-core';

/** Lets a page show frames of other loopback names. */
export const localFrameFlags = [
  '--site-per-process',
  '--disable-features=LocalNetworkAccessChecks',
];

/** Serves each webview of the window at `url` from an origin of its own: Chromium then gives it a process of its own. */
export async function isolateWebviews(page: Page, url: string): Promise<void> {
  const { origin, port } = new URL(url);
  await page.route(
    (requested) => requested.origin === origin && requested.pathname === '/',
    async (route) => {
      const response = await route.fetch();
      const headers = response.headers();
      const policy = headers['content-security-policy'] ?? '';
      await route.fulfill({
        response,
        headers: {
          ...headers,
          'content-security-policy': policy.replace(
            'frame-src',
            `frame-src http://*.localhost:${port}`,
          ),
        },
        body: (await response.text()).replace(
          /(&quot;webviewEndpoint&quot;:&quot;)(?=stable)/,
          `$1http://{{uuid}}.localhost:${port}/`,
        ),
      });
    },
  );
}
