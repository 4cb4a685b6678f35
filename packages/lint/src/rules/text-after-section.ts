import { lines } from '@httpd-ts/syntax';
import { defineRule } from '../rule.ts';

export const textAfterSection = defineRule({
  name: 'text-after-section',
  severity: 'warning',
  what: 'Something stands behind the > of a section line.',
  why: 'Apache passes over it without a word. If it is a directive, it has no effect; behind the last > of several, the argument is another one than it seems.',
  instead: 'Begin a new line behind the >.',
  bad: { config: '<Location /app> Require all denied\n</Location>\n', line: 1 },
  good: { config: '<Location /app>\n  Require all denied\n</Location>\n' },
  check({ sources }, report) {
    for (const file of sources.files) {
      for (const line of lines(file)) {
        if (line.kind !== 'section' && line.kind !== 'close') continue;
        const end = line.arguments.lastIndexOf('>');
        const rest = line.kind === 'section' ? line.arguments.slice(end + 1).trim() : line.arguments.trim();
        if (rest === '' || (line.kind === 'section' && end < 0) || rest.startsWith('#')) {
          if (!rest.startsWith('#')) continue;
        }
        const offset = file.text.indexOf(rest, line.start);
        report({
          file,
          offset: offset < 0 ? line.start : offset,
          length: rest.length,
          line: line.line,
          text: `passed over: ${rest}`,
        });
      }
    }
  },
});
