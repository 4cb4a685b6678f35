import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setFlagsFromString } from 'node:v8';
import { createRegexEngine, type RegexEngine } from '@httpd-ts/regex';

/** The regular expression engine over the WebAssembly file of PCRE2. */
export function nodeRegex(): RegexEngine {
  // V8's top tier makes 434 MB and 12 s of CPU out of this module; the flags must be set before it is compiled.
  setFlagsFromString('--no-wasm-tier-up');
  setFlagsFromString('--no-wasm-dynamic-tiering');
  const file = createRequire(import.meta.url).resolve('@stephen-riley/pcre2-wasm/dist/libpcre2.wasm');
  return createRegexEngine(readFileSync(file));
}
