import { entryOf } from '@httpd-ts/kernel';
import type { GatheredWrites } from '../gathered-writes.ts';
import type { ProxyHtmlConfig, UrlMap } from './config.ts';
import { attributeGroups, elements } from './html-facts.ts';
import type { Attribute, HtmlHandler } from './html-parser.ts';
import { rewriteEvent, rewriteLink, rewriteScript } from './rewrite-links.ts';

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const listed = (names: string) =>
  new Set(names.split(' ').flatMap((name) => entryOf(attributeGroups, name)?.split(' ') ?? [name]));

interface AllowedAttributes {
  readonly allowed: ReadonlySet<string>;
  readonly deprecated: ReadonlySet<string>;
}

const attributesOf: ReadonlyMap<string, AllowedAttributes> = new Map(
  Object.entries(elements).map(([name, [, allowed, deprecated = '', required = '']]) => [
    name,
    { allowed: listed(`${allowed} ${required}`), deprecated: listed(deprecated) },
  ]),
);

/** Writes a page again with its links rewritten. httpd: pstartElement, pendElement, pcharacters, pcdata, pcomment */
export class PageWriter implements HtmlHandler {
  private readonly config: ProxyHtmlConfig;
  private readonly maps: readonly UrlMap[];
  private readonly writes: GatheredWrites;
  /** Script, style and comments that are rewritten when the element ends. */
  private collected = '';

  constructor(config: ProxyHtmlConfig, maps: readonly UrlMap[], writes: GatheredWrites) {
    this.writes = writes;
    this.config = config;
    this.maps = maps;
  }

  startElement(name: string, attributes: readonly Attribute[]): void {
    if (this.isDropped(name)) return;
    const { config, writes } = this;
    writes.put('<');
    writes.put(name);
    for (const [attribute, value] of attributes) {
      if (!this.isAllowed(name, attribute)) continue;
      if (value === null) writes.putTogether(' ', attribute);
      else {
        writes.putTogether(' ', attribute, '="');
        this.characters(this.rewritten(name, attribute, value));
        writes.put('"');
      }
    }
    this.collected = '';
    writes.put(entryOf(elements, name)?.[0].includes('e') ? config.emptyEnd : '>');
  }

  private rewritten(element: string, attribute: string, value: string): string {
    const { config, maps } = this;
    let result = value;
    if (config.links?.get(element)?.includes(attribute)) result = rewriteLink(value, maps);
    else if (config.extended && config.events?.includes(attribute)) result = rewriteEvent(value, maps);
    if (config.lowercase) result = result.replace(/[A-Z]/g, (char) => char.toLowerCase());
    return config.dospath ? result.replaceAll('\\', '/') : result;
  }

  /** Elements that the document type does not know, or that it deprecates. */
  private isDropped(name: string): boolean {
    const { enforces } = this.config.doctype;
    if (enforces === 'nothing') return false;
    const facts = entryOf(elements, name);
    return facts === undefined || (enforces === 'strict' && facts[0].includes('d'));
  }

  private isAllowed(element: string, attribute: string): boolean {
    const { enforces } = this.config.doctype;
    const known = attributesOf.get(element);
    if (enforces === 'nothing' || known === undefined) return true;
    return known.allowed.has(attribute);
  }

  endElement(name: string): void {
    if (this.isDropped(name)) return;
    if (this.collected !== '') {
      this.writes.put(rewriteScript(this.collected, this.maps));
      this.collected = '';
    }
    if (!entryOf(elements, name)?.[0].includes('e')) this.writes.put(`</${name}>`);
  }

  characters(text: string): void {
    const { writes } = this;
    let at = 0;
    for (const special of text.matchAll(/[&<>"]/g)) {
      writes.put(text.slice(at, special.index));
      writes.put(entryOf(escapes, special[0])!);
      at = special.index + 1;
    }
    writes.put(text.slice(at));
  }

  cdata(text: string): void {
    if (this.config.extended) this.collected += text;
    else this.writes.put(text);
  }

  comment(text: string): void {
    if (this.config.stripComments) return;
    if (this.config.extended) this.collected += `<!--${text}-->`;
    else for (const part of ['<!--', text, '-->']) this.writes.put(part);
  }
}
