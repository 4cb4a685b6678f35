import type { RequestRecord } from '@httpd-ts/kernel';
import { substituteGroups } from '../substitute-groups.ts';
import type { UrlMap } from './config.ts';

/** The maps that hold for a request: conditions asked, variables put in. httpd: fixup_rules */
export async function mapsFor(
  request: RequestRecord,
  maps: readonly UrlMap[],
  interpolates: boolean,
): Promise<readonly UrlMap[]> {
  if (!interpolates) return maps;
  const holding: UrlMap[] = [];
  for (const map of maps) {
    if (map.condition !== undefined && !(await map.condition.evaluate(request))) continue;
    const from = map.interpolatesFrom ? interpolate(map.from, request) : map.from;
    if (map.interpolatesFrom && from === '') continue;
    const compiled =
      map.interpolatesFrom && map.isRegex
        ? request.server.plan.world.regex.compile(from, map.regexOptions)
        : map.regex;
    const regex = compiled !== undefined && 'exec' in compiled ? compiled : undefined;
    const to = map.interpolatesTo ? interpolate(map.to, request) : map.to;
    holding.push({ ...map, from, to, regex });
  }
  return holding;
}

/** `${name}` or `${name|default}`. httpd: interpolate_vars */
function interpolate(text: string, request: RequestRecord): string {
  let result = text;
  for (;;) {
    const match = /\$\{([^}|]*)(?:\|([^}]*))?\}/.exec(result);
    if (match === null) return result;
    const value = request.env(match[1]!) ?? match[2] ?? '';
    result = result.slice(0, match.index) + value + result.slice(match.index + match[0].length);
    if (value.includes(match[0])) return result;
  }
}

/** An attribute that is a link: the first map that fits at its beginning. */
export function rewriteLink(value: string, maps: readonly UrlMap[]): string {
  let result = value;
  let matches = 0;
  for (const map of maps) {
    if (!map.inLinks) continue;
    if (map.isRegex) {
      const match = map.regex?.exec(result);
      if (match !== null && match !== undefined) {
        matches++;
        result =
          result.slice(0, match.index) +
          substituteGroups(map.to, match) +
          result.slice(match.index + match[0]!.length);
      }
    } else if (result.slice(0, map.from.length).toLowerCase() === map.from.toLowerCase()) {
      return map.to + result.slice(map.from.length);
    }
    if (matches > 0 && !map.isNotLast) break;
  }
  return result;
}

/** An attribute that is a script: all maps, as often as they fit, until one that is the last. */
export function rewriteEvent(value: string, maps: readonly UrlMap[]): string {
  let result = value;
  for (const map of maps) {
    if (!map.inEvents) continue;
    const { text, count } = map.isRegex ? replaceMatches(result, map) : replaceInEvent(result, map);
    result = text;
    if (count > 0 && map.isLast) break;
  }
  return result;
}

/** Content of script or style. httpd: dump_content */
export function rewriteScript(content: string, maps: readonly UrlMap[]): string {
  let result = content;
  for (const map of maps) {
    if (!map.inScripts) continue;
    result = map.isRegex ? replaceMatches(result, map).text : replaceInScript(result, map);
  }
  return result;
}

/** httpd goes on behind each match as if the text began there. */
function replaceMatches(text: string, { regex, to }: UrlMap): { text: string; count: number } {
  let result = '';
  let rest = text;
  let count = 0;
  for (;;) {
    const match = regex?.exec(rest);
    if (match === null || match === undefined) break;
    const end = match.index + match[0]!.length;
    result += rest.slice(0, match.index) + substituteGroups(to, match);
    count++;
    // A match of nothing would be found again and again.
    if (end === 0) break;
    rest = rest.slice(end);
  }
  return { text: result + rest, count };
}

function replaceInEvent(text: string, { from, to, atStart, atEnd }: UrlMap): { text: string; count: number } {
  let result = text;
  let count = 0;
  let at = from === '' ? -1 : result.indexOf(from);
  if (atStart && at !== 0) return { text, count };
  while (at >= 0) {
    if (atEnd && at + from.length < result.length) {
      at = result.indexOf(from, at + from.length);
      continue;
    }
    // httpd looks for the next one before it replaces this one, does not correct the place it found by what the
    // replacement moved, and puts out as many characters as there should be.
    const next = result.indexOf(from, at + to.length);
    result = result.slice(0, at) + to + result.slice(at + from.length);
    count++;
    at = next;
  }
  return { text: result.slice(0, text.length + count * (to.length - from.length)), count };
}

function replaceInScript(text: string, { from, to, atStart, atEnd }: UrlMap): string {
  let result = text;
  let at = from === '' ? -1 : result.indexOf(from);
  while (at >= 0) {
    if (atStart && at !== 0) break;
    if (atEnd && at + from.length < result.length) at = result.indexOf(from, at + to.length);
    else {
      result = result.slice(0, at) + to + result.slice(at + from.length);
      at = result.indexOf(from, at + to.length);
    }
  }
  return result;
}
