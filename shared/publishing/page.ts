import { type Html, html, trustedMarkup } from './escape-html.ts';
import { PAGE_STYLE } from './page-style.ts';

export type Page = {
  readonly title: string;
  readonly body: Html;
  /** Loads itself again after so many seconds. */
  readonly refreshSeconds?: number;
  /** Language of the page; English when it says nothing. */
  readonly language?: 'en' | 'es';
  /** Rules after those that every page has. */
  readonly style?: string;
};

/** The policy that every page is served with and also carries itself: no script, nothing from elsewhere. */
export const CONTENT_SECURITY_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'self'";

/** A whole document in one file. No referrer leaves it, since its own address may carry a key. */
export function renderPage({ title, body, refreshSeconds, language = 'en', style = '' }: Page): string {
  const refresh = refreshSeconds && html`<meta http-equiv="refresh" content="${refreshSeconds}">\n`;
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${trustedMarkup(CONTENT_SECURITY_POLICY)}">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
${refresh || undefined}<title>${title}</title>
<style>${trustedMarkup(PAGE_STYLE + style)}</style>
</head>
<body>
${body}
</body>
</html>
`.markup;
}

/** A status as shape, colour and word, so that none of them is needed to read it; the style draws the shape. */
export function statusChip(tone: Tone, word: string): Html {
  return html`<span class="chip ${tone}">${word}</span>`;
}

export type Tone = 'good' | 'warning' | 'critical' | 'quiet';
