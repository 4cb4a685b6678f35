import type { Random } from './random.ts';

/** A page that a back end sends, in fragments of which some can be left out. */
export interface Page {
  readonly contentType: string | undefined;
  /** What the fragments are written in. */
  readonly encoding: 'latin1' | 'utf8' | 'utf16le' | 'utf16be';
  readonly fragments: readonly string[];
}

const tags =
  'a a a p p div span b i u table tr td th tbody thead ul ol li dl dt dd form input select option textarea script style head ' +
  'body html title meta link base img br hr h1 h2 pre center font applet frameset frame noframes noscript svg path math ' +
  'section video iframe object param custom-tag x:y fieldset legend label button address blockquote map area col caption isindex';
const attributeNames =
  'href href src SRC action onclick onload class id style title checked disabled data-x xlink:href target bgcolor align name ' +
  'value content http-equiv alt width longdesc usemap _x :y';
const values = [
  '/',
  '/x/y.html',
  '/X/Y',
  'http://app.internal/a',
  'HTTP://APP.INTERNAL/b?c=d&e=f',
  'relative/a.html',
  '#top',
  '',
  'a b',
  "go('/x','http://app.internal/z')",
  'C:\\dir\\File.TXT',
  '&lt;&amp;&quot;&nbsp;&euro;&#65;&#x42;&#xe9;&bogus;&amp',
  '&#0;&#x110000;&#128;&#xd800;x',
  'javascript:alert(1)',
  '/x/aaa/x/bbb',
  'mailto:a@b.c',
  '/é/ü',
  'a>b',
  'it&#39;s',
  'content',
  'Content-Type',
  'Refresh',
  'text/html; charset=utf-8',
];
const texts = [
  'text',
  ' ',
  '\n',
  '\r\n  ',
  'a & b',
  'a < b',
  'a > b',
  '&amp;&lt;&copy;&eacute;',
  '&nbsp',
  '&unknown;',
  '&#169;&#x20AC;',
  '&#;&#x;&',
  'é à ü ß',
  '€ “quoted” …',
  '日本語',
  '\x01\x02control',
  'a"b\'c',
  'http://app.internal/in/text',
  '/x/in/text',
  '<',
  '<3',
  '<>',
  '</>',
  '< p>',
  'word '.repeat(300),
];
const oddities = [
  '<!-- comment -->',
  '<!-- a -- b --->',
  '<!-->',
  '<!--->',
  '<!-- never ends',
  '<!--[if IE]><a href="/x/ie">x</a><![endif]-->',
  '<![if !IE]>x<![endif]>',
  '<![CDATA[ /x/cdata ]]>',
  '<!DOCTYPE html>',
  '<!doctype HTML PUBLIC "-//W3C//DTD HTML 4.01//EN" "http://www.w3.org/TR/html4/strict.dtd">',
  '<!ELEMENT x>',
  '<?xml version="1.0" encoding="utf-8"?>',
  '<?php echo "/x/"; ?>',
  '<? >',
  '<script>var a = "/x/1"; if (a < 1 && b > 2) go("http://app.internal/q");</script>',
  '<script>document.write("<a href=\'/x/2\'></a>")</script>',
  '<script><!--\nvar x = "/x/3";\n//--></script>',
  '<script>"</scr" + "ipt>" </p> </script >',
  '<SCRIPT src=/x/s.js></SCRIPT>',
  '<style>body { background: url(/x/img.png) } /* </p> */</style>',
  '<script>never ends',
  '<style>a</styl</style>',
  '<textarea><b>/x/</b></textarea>',
  '<title>a <b> &amp; é</title>',
  '<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-1">',
  '<META HTTP-EQUIV=Content-Type CONTENT="text/html; charset=windows-1252">',
  '<meta http-equiv="Refresh" content="5; url=/x/next">',
  "<meta http-equiv='X-Made-Of' content='meta value'>",
  '<meta http-equiv=Expires content=0>',
  '<meta charset="utf-8">',
  '<meta content="a" http-equiv="X-Late">',
  '<meta http-equiv="Content-Language" content="de">',
  '<base href="http://app.internal/base/">',
  '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/><a xlink:href="/x/svg">x</a></svg>',
  '<form action=/x/f><form action=/x/g></form></form>',
  '<table><tr><td>a<td>b<tr><td><table><td>c</table></table>',
  '<ul><li>a<li>b<ul><li>c</ul></ul>',
  '<p>a<p>b<div>c</p></div>',
  '<b><i>x</b></i>',
  '<a href="/x/1">a<a href="/x/2">b</a></a>',
  '<br/><hr /><img src=/x/a.png/>',
  '<a href=/x/unquoted>u</a>',
  '<a href="/x/never closed>x</a>',
  '<a href=\'/x/mixed">x</a>',
  '<a href = "/x/spaces" >x</a>',
  '<a href="/x/dup" href="/x/dup2">x</a>',
  '<a/href="/x/slash">x</a>',
  '<a href="/x/nul\0after">x</a>',
  '<a href="/x/line\nbreak">x</a>',
  '<p class>x</p><input checked value=>',
  '<a"b c>x</a>',
  '<1a>x</1a>',
  '<a <b>x',
  '<a href="/x/',
  '<p',
  '</',
  '</p',
  '</body></html><p>after',
  '</html> <!-- after -->',
  '<html><body><html lang=de><body class=x>',
  '<frameset><frame src=/x/f></frameset>',
  '\0',
  'a\0b',
];

const longParts = [
  `<p class="c">${'long text '.repeat(40)}</p>\n`,
  `<ul>${'<li><a href="/x/é">a &amp; b</a>'.repeat(12)}</ul>`,
  `<div>${'<img src="/x/a.png" alt="a"><br>'.repeat(12)}</div>`,
];

const contentTypes = [
  'text/html',
  'text/html',
  'text/html; charset=utf-8',
  'text/html; charset=utf-8',
  'text/html;charset=UTF-8',
  'text/html; charset=iso-8859-1',
  'text/html; charset=windows-1252',
  'text/html; charset="utf-8"',
  'text/html; charset=',
  'text/html; charset=us-ascii',
  'text/html; charset=iso-8859-15',
  'text/html; charset=nonsense',
  'text/html; charset=latin-of-ours',
  'text/html; charset=utf-16',
  'TEXT/HTML; Charset=Utf-8; x=y',
  'application/xhtml+xml',
  'application/xhtml+xml; charset=utf-8',
  'text/plain; charset=utf-8',
  'application/xml',
  'application/json',
  'image/svg+xml',
  undefined,
];

/** One page in so many fragments at most. */
export function randomPage(random: Random, most: number): Page {
  const contentType = random.pick(contentTypes);
  const isWide = /utf-16/.test(contentType ?? '') && random.chance(0.8);
  const encoding = isWide
    ? random.pick(['utf16le', 'utf16be'] as const)
    : random.chance(/utf-8|xhtml/i.test(contentType ?? '') ? 0.9 : 0.2)
      ? 'utf8'
      : 'latin1';
  const fragments: string[] = [];
  if (random.chance(0.1)) fragments.push('\ufeff');
  if (random.chance(0.5)) fragments.push('<html><head><title>T</title></head><body>');
  // What is malformed shows where packets end in longer pages, so those are made of sound parts.
  if (random.chance(0.08)) {
    const part = random.pick(longParts);
    for (let i = 0; i < 40; i++) fragments.push(part);
    return { contentType, encoding, fragments };
  }
  const count = random.below(most + 1);
  for (let i = 0; i < count; i++) fragments.push(fragment(random));
  if (random.chance(0.5)) fragments.push('</body></html>');
  return { contentType, encoding, fragments };
}

function fragment(random: Random): string {
  if (random.chance(0.3)) return random.pick(oddities);
  if (random.chance(0.4)) return random.pick(texts);
  const name = random.pick(tags.split(' '));
  const tag = random.chance(0.15) ? name.toUpperCase() : name;
  if (random.chance(0.3)) return `</${tag}>`;
  let attributes = '';
  for (let i = random.below(4); i > 0; i--) attributes += ` ${attribute(random)}`;
  const end = random.pick(['>', '>', '>', '>', '/>', ' >', ' / >']);
  return `<${tag}${attributes}${end}${random.maybe(0.4, () => `${random.pick(texts)}</${tag}>`)}`;
}

function attribute(random: Random): string {
  const name = random.pick(attributeNames.split(' '));
  const value = random.pick(values);
  const quoted = [`"${value}"`, `"${value}"`, `'${value}'`, value];
  return random.chance(0.1) ? name : `${name}${random.pick(['=', '=', ' = '])}${random.pick(quoted)}`;
}

/** A page's bytes, one character each. */
export function bytesOf({ fragments, encoding }: Page): string {
  const text = fragments.join('');
  if (encoding === 'latin1') return text.replace(/[^\0-\xff]/g, (char) => (char === '€' ? '\x80' : '?'));
  const bytes = Buffer.from(text, encoding === 'utf8' ? 'utf8' : 'utf16le');
  return (encoding === 'utf16be' ? bytes.swap16() : bytes).toString('latin1');
}

/** Directives of a section, most of them of mod_proxy_html and mod_xml2enc. */
export function randomSection(random: Random): readonly string[] {
  const lines: string[] = [];
  const add = (probability: number, line: () => string) => {
    if (random.chance(probability)) lines.push(line());
  };
  lines.push(random.chance(0.9) ? 'ProxyHTMLEnable On' : 'SetOutputFilter xml2enc');
  const maps = random.below(5);
  for (let i = 0; i < maps; i++) lines.push(urlMap(random));
  add(
    0.3,
    () =>
      `ProxyHTMLLinks ${random.pick(['a href', 'img src longdesc', 'form action', 'custom-tag data-x', 'svg xlink:href', 'A HREF'])}`,
  );
  add(0.3, () => `ProxyHTMLEvents ${random.pick(['onclick onload', 'onload', 'data-x', 'ONCLICK'])}`);
  add(0.4, () => `ProxyHTMLExtended ${random.pick(['On', 'On', 'Off'])}`);
  add(0.3, () => `ProxyHTMLInterp ${random.pick(['On', 'On', 'Off'])}`);
  add(0.3, () => `ProxyHTMLMeta On`);
  add(0.2, () => `ProxyHTMLStripComments On`);
  add(
    0.25,
    () =>
      `ProxyHTMLFixups ${random.pick(['lowercase', 'dospath', 'lowercase dospath', 'reset', 'reset lowercase', 'other'])}`,
  );
  add(
    0.35,
    () =>
      `ProxyHTMLDocType ${random.pick(['HTML', 'XHTML', 'HTML Legacy', 'XHTML Legacy', 'html5', 'XHTML other', '"<!DOCTYPE html SYSTEM \'about:legacy-compat\'>"', '"<!DOCTYPE own>" XML', '"" SGML'])}`,
  );
  add(
    0.3,
    () =>
      `ProxyHTMLCharsetOut ${random.pick(['*', 'utf-8', 'iso-8859-1', 'iso-8859-15', 'windows-1252', 'us-ascii', 'nonsense', 'UTF-8', '*x'])}`,
  );
  add(0.15, () => `ProxyHTMLBufSize ${random.pick(['1', '16', '8192', '0', '-1', '200000'])}`);
  add(0.25, () => `xml2EncDefault ${random.pick(['utf-8', 'iso-8859-1', 'iso-8859-2', 'latin-of-ours'])}`);
  add(0.2, () => `xml2StartParse ${random.pick(['html', 'body html', 'p', 'nothing', 'HTML HEAD'])}`);
  add(0.1, () => 'SetEnv PROXY_HTML_FORCE 1');
  add(0.15, () => `SetEnv from ${random.pick(['/x', 'http://app.internal', 'X'])}`);
  return lines;
}

function urlMap(random: Random): string {
  const from = random.pick([
    '/',
    '/x',
    '/x/',
    'http://app.internal',
    'HTTP://APP',
    'x',
    '#',
    'a',
    '/é',
    '"${from}"',
    '"${none|/x}"',
  ]);
  const pattern = random.pick([
    '^/(.*)',
    '/x/([a-z]+)',
    'http://app\\.internal(/[^\\"\']*)?',
    '[xX]',
    '^',
    'x$',
    '(a)|(b)',
    '\\.html$',
    '^/X',
    'url\\(([^)]*)\\)',
  ]);
  const to = random.pick([
    '/',
    '/app/',
    '/app',
    '',
    'http://front.example',
    '/app/$1',
    '[$0]',
    '$2$1&',
    '\\$1',
    '"${from}"',
    '"/${none|y}/"',
    '/é/',
    'x',
  ]);
  let flags = '';
  const isRegex = random.chance(0.4);
  if (isRegex) flags += 'R';
  // Without ProxyHTMLInterp Apache dies of an expression that variables are to be put in.
  const known = ['h', 'e', 'c', 'l', 'L', 'i', 's', 'x', 'n', '^', '$', 'V', ...(isRegex ? [] : ['v'])];
  for (const flag of known) if (random.chance(flag === 'V' || flag === 'v' ? 0.15 : 0.12)) flags += flag;
  const condition = random.pick([
    'from',
    '!from',
    'from=/x',
    '!from=/x',
    '"%{REQUEST_METHOD} == \'GET\'"',
    'none',
  ]);
  const quotedTo = to === '' ? '""' : to;
  const rest = flags === '' ? '' : ` ${flags}${random.maybe(0.2, () => ` ${condition}`)}`;
  return `ProxyHTMLURLMap ${isRegex ? `"${pattern.replaceAll('\\"', '')}"` : from} ${quotedTo}${rest}`;
}
