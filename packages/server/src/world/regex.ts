import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { createRegexEngine, type RegexEngine } from '@httpd-ts/regex';

/** The regular expression engine over the WebAssembly file of PCRE2. */
export function nodeRegex(): RegexEngine {
  // V8's top tier makes 434 MB and 12 s of CPU out of this module; the flags must be set before it is compiled.
  setFlagsFromString('--no-wasm-tier-up');
  setFlagsFromString('--no-wasm-dynamic-tiering');
  const file = import.meta.resolve('@stephen-riley/pcre2-wasm/dist/libpcre2.wasm');
  return createRegexEngine(readFileSync(fileURLToPath(file)));
}
