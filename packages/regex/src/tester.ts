import type { Regex } from './regex.ts';

/** The fastest answer to "does it match": without the engine where the literals settle it. */
export function createTester(regex: Regex): (subject: string) => boolean {
  const { exact, caseless, required, anchored, prefixes } = regex.literals;
  if (exact !== null && !caseless) {
    if (exact.length === 1) return (subject) => subject === exact[0];
    const subjects = new Set(exact);
    return (subject) => subjects.has(subject);
  }
  if (caseless || regex.engine === 'javascript') return (subject) => regex.test(subject);
  if (anchored && prefixes.length === 1 && prefixes[0] !== '') {
    const prefix = prefixes[0]!;
    return (subject) => subject.startsWith(prefix) && regex.test(subject);
  }
  const [text] = required;
  return required.length > 1 || text === undefined || text === ''
    ? (subject) => regex.test(subject)
    : (subject) => subject.includes(text) && regex.test(subject);
}
