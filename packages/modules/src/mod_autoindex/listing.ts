import { type Clock, escapeHtml, escapePath, localTime, strftime } from '@httpd-ts/kernel';
import { printSize } from '../print-size.ts';
import type { IndexSettings, SortKey } from './config.ts';
import { BLANK_ICON, findByPath } from './find-item.ts';
import type { IndexEntry } from './index-entry.ts';
import { INDEX } from './index-options.ts';
import type { IndexQuery } from './index-query.ts';

/** What the parts of one listing need. */
interface Page {
  readonly settings: IndexSettings;
  readonly query: IndexQuery;
  readonly nameWidth: number;
  readonly descriptionWidth: number;
  /** End of an empty element: ` /` in XHTML. */
  readonly close: string;
  readonly date: (atMs: number) => string;
  has(option: number): boolean;
}

/** The listing itself, between the head and the tail of the page. httpd: modules/generators/mod_autoindex.c output_directories */
export function listing(
  entries: readonly IndexEntry[],
  settings: IndexSettings,
  query: IndexQuery,
  clock: Clock,
): string {
  const page = pageOf(entries, settings, query, clock);
  if (page.has(INDEX.htmlTable)) return tableListing(entries, page);
  if (page.has(INDEX.fancyIndexing)) return fancyListing(entries, page);
  const lines = entries.map((entry, at) => {
    return `<li><a href="${anchorOf(entry)}"> ${escapeHtml(titleOf(entry, at))}</a></li>\n`;
  });
  return `<ul>${lines.join('')}</ul>\n`;
}

function pageOf(
  entries: readonly IndexEntry[],
  settings: IndexSettings,
  query: IndexQuery,
  clock: Clock,
): Page {
  const { options } = query;
  const { nameColumn, descriptionColumn } = settings;
  const isFancy = (options & (INDEX.fancyIndexing | INDEX.htmlTable)) === INDEX.fancyIndexing;
  const widest = (width: number, lengths: readonly number[]) => Math.max(width, ...lengths);
  const print = strftime(settings.dateFormat ?? '%Y-%m-%d %H:%M');
  return {
    settings,
    query,
    nameWidth:
      isFancy && nameColumn.adjusts
        ? widest(
            nameColumn.width,
            entries.map(({ name }) => name.length),
          )
        : nameColumn.width,
    descriptionWidth:
      isFancy && descriptionColumn.adjusts
        ? widest(
            descriptionColumn.width,
            entries.map(({ description }) => description?.text.length ?? 0),
          )
        : descriptionColumn.width,
    close: (options & INDEX.xhtml) === 0 ? '' : ' /',
    date: (atMs) => print(localTime(atMs, clock.zoneOffsetMinutes(atMs))),
    has: (option) => (options & option) !== 0,
  };
}

const anchorOf = ({ name }: IndexEntry) => escapeHtml(escapePath(name, false));

const titleOf = ({ name }: IndexEntry, at: number) =>
  at === 0 && name.startsWith('/') ? 'Parent Directory' : name;

/** A heading, as a link that sorts by its column or turns the order round. httpd: emit_link */
function heading(text: string, column: SortKey, { query, has }: Page): string {
  if (has(INDEX.suppressColumnSorting)) return text;
  const direction = query.key === column && query.direction === 'A' ? 'D' : 'A';
  return `<a href="?C=${column};O=${direction}${query.linkSuffix}">${text}</a>`;
}

function image(source: string, alt: string, { settings, close }: Page): string {
  const width = settings.iconWidth ? ` width="${settings.iconWidth}"` : '';
  const height = settings.iconHeight ? ` height="${settings.iconHeight}"` : '';
  return `<img src="${escapeHtml(source)}" alt="${alt}"${width}${height}${close}>`;
}

/** The icon of an entry, or what stands in its place. */
function icon(entry: IndexEntry, placeholder: string, page: Page): string {
  const source = entry.icon ?? page.settings.defaultIcon;
  const shown = source === undefined ? placeholder : image(source, `[${entry.alt ?? '   '}]`, page);
  return page.has(INDEX.iconsAreLinks) ? `<a href="${anchorOf(entry)}">${shown}</a>` : shown;
}

/** The link of an entry, cut to the width of its column or filled up to it. */
function nameLink(entry: IndexEntry, at: number, width: number): string {
  const title = titleOf(entry, at);
  const shown = title.length > width ? `${title.slice(0, Math.max(width - 3, 0))}..>` : title;
  return `<a href="${anchorOf(entry)}">${escapeHtml(shown)}</a>${' '.repeat(Math.max(width - shown.length, 0))}`;
}

function fancyListing(entries: readonly IndexEntry[], page: Page): string {
  const { has, close } = page;
  let text = '<pre>';
  if (!has(INDEX.suppressIcon)) {
    const blank = findByPath(page.settings.icons, BLANK_ICON);
    text += blank === undefined ? '      ' : `${image(blank, 'Icon ', page)} `;
  }
  text += `${heading('Name', 'N', page)}${' '.repeat(Math.max(page.nameWidth - 4, 0))} `;
  if (!has(INDEX.suppressLastModified)) text += `${heading('Last modified', 'M', page)}      `;
  if (!has(INDEX.suppressSize)) text += `${heading('Size', 'S', page)}  `;
  if (!has(INDEX.suppressDescription)) text += heading('Description', 'D', page);
  const rule = has(INDEX.suppressRules) ? '' : `<hr${close}>`;
  const lines = entries.map((entry, at) => fancyLine(entry, at, page));
  return `${text}${rule || '\n'}${lines.join('')}${rule}</pre>\n`;
}

function fancyLine(entry: IndexEntry, at: number, page: Page): string {
  const { has } = page;
  let text = has(INDEX.suppressIcon) ? '' : `${icon(entry, '     ', page)} `;
  text += `${nameLink(entry, at, page.nameWidth)} `;
  if (!has(INDEX.suppressLastModified)) {
    text += entry.modifiedMs < 0 ? ' '.repeat(19) : `${page.date(entry.modifiedMs)}  `;
  }
  if (!has(INDEX.suppressSize)) text += `${printSize(entry.size)}  `;
  if (!has(INDEX.suppressDescription) && entry.description !== undefined) {
    text += cutDescription(entry.description, page);
  }
  return `${text}\n`;
}

/** A cell's start: a class of the style sheet, or an attribute that does without one. */
const cell = (tag: 'td' | 'th', { settings }: Page, name: string, plain = '') =>
  `<${tag}${settings.styleSheet === undefined ? plain : ` class="indexcol${name}"`}>`;

function tableListing(entries: readonly IndexEntry[], page: Page): string {
  const { has, settings, close } = page;
  const styled = settings.styleSheet !== undefined;
  const columns: string[] = [];
  if (!has(INDEX.suppressIcon)) {
    const blank = findByPath(settings.icons, BLANK_ICON);
    const shown = blank === undefined ? '&nbsp;' : image(blank, '[ICO]', page);
    columns.push(cell('th', page, 'icon', ' valign="top"') + shown);
  }
  columns.push(cell('th', page, 'name') + heading('Name', 'N', page));
  if (!has(INDEX.suppressLastModified)) {
    columns.push(cell('th', page, 'lastmod') + heading('Last modified', 'M', page));
  }
  if (!has(INDEX.suppressSize)) columns.push(cell('th', page, 'size') + heading('Size', 'S', page));
  if (!has(INDEX.suppressDescription)) {
    columns.push(cell('th', page, 'desc') + heading('Description', 'D', page));
  }
  const rule = has(INDEX.suppressRules)
    ? ''
    : `   <tr${styled ? ' class="indexbreakrow"' : ''}><th colspan="${columns.length}"><hr${close}></th></tr>\n`;
  const start = styled ? '  <table id="indexlist">\n   <tr class="indexhead">' : '  <table>\n   <tr>';
  const rows = entries.map((entry, at) => tableRow(entry, at, page));
  return `${start}${columns.join('</th>')}</th></tr>\n${rule}${rows.join('')}${rule}</table>\n`;
}

function tableRow(entry: IndexEntry, at: number, page: Page): string {
  const { has, settings } = page;
  const cells: string[] = [];
  if (!has(INDEX.suppressIcon)) {
    cells.push(cell('td', page, 'icon', ' valign="top"') + icon(entry, '&nbsp;', page));
  }
  const width = settings.nameColumn.adjusts ? 0 : page.nameWidth;
  const link = width === 0 ? wholeLink(entry, at) : nameLink(entry, at, width);
  cells.push(cell('td', page, 'name') + link);
  if (!has(INDEX.suppressLastModified)) cells.push(dateCell(entry, page));
  if (!has(INDEX.suppressSize))
    cells.push(cell('td', page, 'size', ' align="right"') + printSize(entry.size));
  if (!has(INDEX.suppressDescription)) cells.push(cell('td', page, 'desc') + tableDescription(entry, page));
  return `${rowStart(entry, at, page)}${cells.join('</td>')}</td></tr>\n`;
}

const wholeLink = (entry: IndexEntry, at: number) =>
  `<a href="${anchorOf(entry)}">${escapeHtml(titleOf(entry, at))}</a>`;

function dateCell({ modifiedMs }: IndexEntry, page: Page): string {
  if (modifiedMs < 0) return `${cell('td', page, 'lastmod')}&nbsp;`;
  return `${cell('td', page, 'lastmod', ' align="right"')}${page.date(modifiedMs)}  `;
}

function tableDescription({ description }: IndexEntry, page: Page): string {
  if (description === undefined) return '&nbsp;';
  return page.settings.descriptionColumn.adjusts ? description.text : cutDescription(description, page);
}

/** Rows take turns in style; a class may tell their kind. */
function rowStart({ alt }: IndexEntry, at: number, { settings, has }: Page): string {
  if (settings.styleSheet === undefined) return '<tr>';
  const parity = at % 2 === 1 ? 'odd' : 'even';
  const kind = alt !== undefined && has(INDEX.addAltClass) ? `-${alt.toLowerCase()}` : '';
  return `   <tr class="${parity}${kind}">`;
}

/**
 * Cuts a description to its column, for this listing and all that follow. Tags do not count, an entity counts as
 * one character. httpd: terminate_description
 */
function cutDescription(description: { text: string }, page: Page): string {
  description.text = cutText(description.text, page);
  return description.text;
}

function cutText(text: string, { settings, descriptionWidth, has }: Page): string {
  let left = descriptionWidth;
  if (settings.descriptionWidth === undefined) {
    if (has(INDEX.suppressIcon)) left += 6;
    if (has(INDEX.suppressLastModified)) left += 19;
    if (has(INDEX.suppressSize)) left += 7;
  }
  let at = 0;
  while (at < text.length && (left > 0 || text[at] === '<')) {
    const closing = text[at] === '<' ? '>' : text[at] === '&' ? ';' : '';
    if (text[at] !== '<') left--;
    const end = closing === '' ? at : text.indexOf(closing, at);
    if (end < 0) return text;
    at = end + 1;
  }
  return left === 0 && at < text.length ? `${text.slice(0, at - 1)}>` : text;
}
